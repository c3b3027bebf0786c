import type { CompilerWarning } from '../../../orchestrator/model/compiler-warning.ts';

/** Where a warning may concern pmem. */
const WATCHED = /^(?:drivers\/(?:nvdimm|dax|md)|fs)\//;
const DIAGNOSTIC = /^(?:\.\/)?(?<file>[^\s:][^:]*):(?<line>\d+)(?::\d+)?: (?<severity>fatal error|error|warning): (?<text>.*)$/;
/** A command of the build: `  CC [M]  drivers/nvdimm/core.o`; what has another ending than `.o` is made of such. */
const OBJECT = /^ {2}(?:CC|AS|AR|LD)(?: \[M\])? +\S+\.o$/;
/** Words of the linker, modpost, objtool and make when there is no compiler's diagnostic. */
const OTHER_ERROR = /(?:undefined reference to|multiple definition of|^ERROR: modpost:|^ld: |error: objtool|^\S+: error: |No rule to make target|^make(?:\[\d+\])?: \*\*\*|Stop\.$)/;
const MAX_ERROR_LINES = 14;
/** A parallel build goes on for a while after its first error; the lines before it may belong to it: `In function …`. */
const LINES_BEFORE = 4;

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
  return [...new Map(warnings.map((warning) => [`${warning.file}:${warning.line}: ${warning.text}`, warning])).values()];
}

/** The first error of a build that failed: its place and words, and the lines that belong to it. */
export function findFirstError(log: string): { readonly title: string; readonly lines: readonly string[] } {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const compiler = lines.findIndex((line) => DIAGNOSTIC.exec(line)?.groups?.['severity']?.endsWith('error') === true);
  const at = compiler >= 0 ? compiler : lines.findIndex((line) => OTHER_ERROR.test(line));
  const title = lines[at];
  if (title === undefined) return { title: 'make failed without a word', lines: lines.slice(-MAX_ERROR_LINES) };
  const before = lines.slice(Math.max(0, at - LINES_BEFORE), at).filter((line) => /^(?:In file included|\s+from )|: (?:In function|At top level|in function)/.test(line));
  const after = lines.slice(at, at + MAX_ERROR_LINES);
  // Its excerpt ends where the build goes on.
  const end = after.findIndex((line, index) => index > 0 && (/^ {2}[A-Z]{2,8} /.test(line) || /^make(?:\[|:)/.test(line)));
  return { title: title.replace(/^\.\//, ''), lines: [...before, ...(end < 0 ? after : after.slice(0, end))] };
}
