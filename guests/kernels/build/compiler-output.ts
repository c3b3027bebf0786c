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

/** All warnings of a build's log, each once: a header's come again with every file that includes it. */
export function listWarnings(log: string): readonly CompilerWarning[] {
  const warnings = log.split('\n').flatMap((line) => parseWarning(line) ?? []);
  return [
    ...new Map(warnings.map((warning) => [`${warning.file}:${warning.line}: ${warning.text}`, warning])).values(),
  ];
}

/** Those under `drivers/nvdimm drivers/dax drivers/md fs`. */
export function listWatchedWarnings(log: string): readonly CompilerWarning[] {
  return listWarnings(log).filter(({ file }) => WATCHED.test(file));
}

/** What kbuild says it makes: `  CC [M]  drivers/nvdimm/core.o`. */
const MADE = /^ {2}[A-Z][A-Z0-9_]*(?: \[[A-Z]\])? +(?<target>\S+)$/;

/** The lines that warn, by what was being made. The log is of `make --output-sync`, which keeps a target's lines together. */
export function warningsByTarget(log: string): Readonly<Record<string, string[]>> {
  const warnings: Record<string, string[]> = {};
  let made = '';
  for (const line of log.split('\n')) {
    const target = MADE.exec(line)?.groups?.['target'];
    if (target !== undefined) made = target;
    else if (parseWarning(line)) (warnings[made] ??= []).push(line);
  }
  return warnings;
}

/** All that a build's log says was made. */
export function listMade(log: string): ReadonlySet<string> {
  return new Set(log.split('\n').flatMap((line) => MADE.exec(line)?.groups?.['target'] ?? []));
}
