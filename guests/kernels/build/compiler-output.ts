import type { CompilerWarning } from '../../../orchestrator/model/compiler-warning.ts';
import { DIAGNOSTIC } from './failure-words.ts';

/** Where a warning may concern pmem. */
const WATCHED = /^(?:drivers\/(?:nvdimm|dax|md)|fs)\//;
/** A command of the build: `  CC [M]  drivers/nvdimm/core.o`; what has another ending than `.o` is made of such. */
const OBJECT = /^ {2}(?:CC|AS|AR|LD)(?: \[M\])? +\S+\.o$/;
export function isObjectLine(line: string): boolean {
  return OBJECT.test(line);
}

/** A warning anywhere in the tree. */
function parseWarning(line: string): CompilerWarning | undefined {
  const { file, line: number, severity, text } = DIAGNOSTIC.exec(line)?.groups ?? {};
  if (severity !== 'warning' || file === undefined || text === undefined) return undefined;
  return { file, line: Number(number), text };
}

/** A warning under `drivers/nvdimm drivers/dax drivers/md fs`. */
export function parseWatchedWarning(line: string): CompilerWarning | undefined {
  const warning = parseWarning(line);
  return warning && WATCHED.test(warning.file) ? warning : undefined;
}

/** All warnings of a build's log, each once: a header's come again with every file that includes it. */
export function listWarnings(log: string): readonly CompilerWarning[] {
  const warnings = log.split('\n').flatMap((line) => parseWarning(line) ?? []);
  return [
    ...new Map(warnings.map((warning) => [`${warning.file}:${warning.line}: ${warning.text}`, warning])).values(),
  ];
}
