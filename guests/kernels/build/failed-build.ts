import { stripVTControlCharacters } from 'node:util';
import {
  CONTEXT,
  DIAGNOSTIC,
  EXCERPT,
  type FailureKind,
  type FailureWords,
  MAKE_LINE,
  REFUSED,
  PROGRESS,
  WORDS_OF_A_CAUSE,
  WORDS_OF_A_LAST_LINE,
  WORDS_OF_THE_HOST,
} from './failure-words.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** Why a build failed: the line that says it, and the lines that belong to that one. */
export interface FailedBuild {
  readonly kind: FailureKind;
  readonly title: string;
  readonly lines: readonly string[];
  /** The program, header, library or file that is missing or failed. */
  readonly what?: string;
}

interface Found {
  readonly kind: FailureKind;
  readonly at: number;
  readonly what?: string;
}

interface FailedRule {
  readonly at: number;
  /** The target without its suffix: `drivers/nvdimm/bus`. */
  readonly stem: string;
  /** `Error 127`, `Killed`. */
  readonly ending: string;
}

const MAX_LINES = 14;
/** A parallel build may print other jobs' lines between an error and the words before it. */
const CONTEXT_REACH = 6;
/** How far above make's `***` the words of a failed command may stand. */
const LAST_WORDS_REACH = 40;
/**
 * GNU make 3.81 to 4.4: `make[2]: *** [scripts/Makefile.build:250: fs/dax.o] Error 1`, `… [fs/dax.o] Killed`; with
 * `--shuffle` a seed follows.
 */
const FAILED_RULE = /^\S*make(?:\[\d+\])?: \*\*\* \[(?:.*: )?(?<target>[^\]]+)\] (?<ending>.+)$/;
/** Make's own refusal, whose cause is in it: `Makefile:3: *** missing separator.  Stop.` */
const REFUSAL = /\*\*\* .*\bStop\.$/;
/** Words of a failure that no table has. */
const SOUNDS_WRONG = /error|fail|\bnot\b|cannot|can't|fatal|invalid|no such|denied|unable|missing|undefined/i;
/** In every build whose folder is no git tree. */
const HARMLESS = /^fatal: not a git repository/;

/**
 * Finds what made a build fail, in what it printed. Make's first `***` says which command failed, and the cause stands
 * above it; what other jobs printed meanwhile, before and after, is left out.
 */
export function readFailedBuild(log: string): FailedBuild {
  const lines = log
    .split('\n')
    .map((line) => stripVTControlCharacters(line).trimEnd())
    .filter((line) => line !== '');
  const rule = findFailedRule(lines);
  const found = findCause(lines, rule);
  const title = lines[found.at];
  if (title === undefined)
    return { kind: 'error', title: 'make failed without a word', lines: lines.slice(-MAX_LINES) };
  return {
    kind: found.kind,
    title: title.replace(/^\.\//, ''),
    lines: linesOf(lines, found.at, rule.at),
    ...present({ what: found.what }),
  };
}

function findFailedRule(lines: readonly string[]): FailedRule {
  for (const [at, line] of lines.entries()) {
    const { target, ending } = FAILED_RULE.exec(line)?.groups ?? {};
    if (target !== undefined && ending !== undefined) return { at, stem: target.replace(/\.\w+$/, ''), ending };
    if (REFUSAL.test(line)) return { at, stem: '', ending: '' };
  }
  return { at: lines.length, stem: '', ending: '' };
}

function findCause(lines: readonly string[], rule: FailedRule): Found {
  // Not in the compiler's diagnostics, whose text is the kernel's, but for the last one that it could print.
  const host = pick(
    lines,
    WORDS_OF_THE_HOST,
    (line) => !EXCERPT.test(line) && !/^\S+?:\d+:(?:\d+:)? (?:error|warning): /.test(line),
  );
  if (host) return host;
  const refusal = lines[rule.at];
  if (refusal !== undefined && REFUSAL.test(refusal)) return { kind: 'error', ...match(refusal, REFUSED), at: rule.at };

  const above = lines.slice(0, rule.at);
  const unable = /^Error 12[67]\b/.test(rule.ending);
  const last = findLastWords(above);
  const ended = kindOfEnding(rule.ending);
  return (
    (unable ? pickLast(above, Math.max(0, rule.at - LAST_WORDS_REACH)) : undefined) ??
    pickRelated(above, rule.stem) ??
    (last && pickLast(above, last.from)) ??
    (last && { kind: ended, at: last.title }) ?? { kind: ended, at: rule.at }
  );
}

/**
 * What a shell or make says of the command itself: no program (126, 127), or one that a signal ended (128 and the
 * signal's number).
 */
function kindOfEnding(ending: string): FailureKind {
  if (/^(?:Error (?:137|143)\b|Killed|Terminated|Interrupt|Hangup)/.test(ending)) return 'killed';
  if (
    /^(?:Error 1(?:3[1-689]|32)\b|Segmentation fault|Bus error|Illegal instruction|Aborted|Floating point exception|Trace)/.test(
      ending,
    )
  )
    return 'crashed';
  if (/^Error 127\b/.test(ending)) return 'no-tool';
  return /^Error 126\b/.test(ending) ? 'not-executable' : 'error';
}

function match(line: string, table: readonly FailureWords[]): Omit<Found, 'at'> | undefined {
  for (const { kind, pattern } of table) {
    const found = pattern.exec(line);
    const groups: Readonly<Record<string, string | undefined>> = found?.groups ?? {};
    const what = Object.values(groups).find((value) => value !== undefined);
    if (found) return { kind, ...present({ what }) };
  }
  return undefined;
}

/** The first line of the first kind that any line is of. */
function pick(
  lines: readonly string[],
  table: readonly FailureWords[],
  isSaid: (line: string, at: number) => boolean,
): Found | undefined {
  for (const words of table) {
    const at = lines.findIndex((line, index) => words.pattern.test(line) && isSaid(line, index));
    const found = match(lines[at] ?? '', [words]);
    if (found) return { ...found, at };
  }
  return undefined;
}

/** The line nearest to the end, not above `from`. */
function pickLast(lines: readonly string[], from: number): Found | undefined {
  for (let at = lines.length - 1; at >= from; at -= 1) {
    const found = match(lines[at] ?? '', WORDS_OF_A_LAST_LINE);
    if (found) return { ...found, at };
  }
  return undefined;
}

/**
 * What was said of the failed target itself, or of a header that it includes. Else the first message of all, such as
 * the linker's.
 */
function pickRelated(lines: readonly string[], stem: string): Found | undefined {
  const isRelated = (line: string, at: number): boolean =>
    isError(line) && [...contextOf(lines, at), line].some((words) => words.includes(`${stem}.`));
  return (stem === '' ? undefined : pick(lines, WORDS_OF_A_CAUSE, isRelated)) ?? pick(lines, WORDS_OF_A_CAUSE, isError);
}

/** False for a warning, and for what a compiler quotes. */
function isError(line: string): boolean {
  return !EXCERPT.test(line) && DIAGNOSTIC.exec(line)?.groups?.['severity'] !== 'warning';
}

/** The lines before an error that lead to it. */
function contextOf(lines: readonly string[], at: number): readonly string[] {
  const above = lines.slice(Math.max(0, at - CONTEXT_REACH), at).filter((line) => !PROGRESS.test(line));
  return above.slice(above.findLastIndex((line) => !CONTEXT.test(line)) + 1);
}

/** What was printed last, by neither make nor a compiler that warned, and which line of it to show first. */
function findLastWords(lines: readonly string[]): { readonly from: number; readonly title: number } | undefined {
  const end = lines.findLastIndex(isWord);
  if (end < Math.max(0, lines.length - LAST_WORDS_REACH)) return undefined;
  const before = lines.slice(0, end).findLastIndex((line) => !isWord(line));
  const from = Math.max(before + 1, end - MAX_LINES + 1);
  const last = lines.slice(from, end + 1);
  // Python's traceback ends with the error itself.
  const wrong = last.some((line) => line.startsWith('Traceback '))
    ? -1
    : last.findIndex((line) => SOUNDS_WRONG.test(line));
  return { from, title: wrong < 0 ? end : from + wrong };
}

/** True for what a script or a program of the build said, in any words. */
function isWord(line: string): boolean {
  return (
    /\w/.test(line) &&
    ![PROGRESS, MAKE_LINE, DIAGNOSTIC, EXCERPT, CONTEXT, HARMLESS].some((pattern) => pattern.test(line))
  );
}

/**
 * The words before the title that lead to it, and those after it up to make's own, without what other jobs printed
 * between them.
 */
function linesOf(lines: readonly string[], at: number, end: number): readonly string[] {
  const title = lines[at] ?? '';
  const file = fileOf(title);
  const after: string[] = [];
  let isOurs = true;
  for (const line of lines.slice(at + 1, Math.max(at + 1, end))) {
    if (PROGRESS.test(line) || MAKE_LINE.test(line)) isOurs = false;
    else if (fileOf(line) !== undefined || CONTEXT.test(line))
      isOurs = file === undefined ? isOurs : line.includes(file);
    if (isOurs) after.push(line);
  }
  return [...contextOf(lines, at), title, ...after].slice(0, MAX_LINES);
}

/** The source file that a diagnostic is about. */
function fileOf(line: string): string | undefined {
  return DIAGNOSTIC.exec(line)?.groups?.['file'];
}
