import { parseDiff } from '../patches/parse-diff.ts';

/** What of a hunk a message shows. */
const MAX_HUNK_LINES = 30;

/**
 * Says where a patch does not fit, with the text of the hunk that fails, from the words of `git apply` and the patch.
 * Indented by two blanks.
 */
export function describeFailedPatch(output: string, diff: string): string {
  const words = output.split('\n').flatMap((line) => /^error: (?<text>.*)$/.exec(line)?.groups?.['text'] ?? []);
  const lines = words.flatMap((text) => {
    const { file, line } = /^patch failed: (?<file>.+):(?<line>\d+)$/.exec(text)?.groups ?? {};
    if (file === undefined || line === undefined) return isEcho(text) ? [] : [text];
    const hunk = findHunk(diff, file, Number(line));
    return hunk === undefined
      ? [`${file}:${line}: the hunk there does not fit`]
      : [
          `${file}:${line}: hunk ${hunk.number} of ${hunk.count} does not fit:`,
          ...hunk.lines.map((text) => `  ${text}`),
        ];
  });
  return (lines.length > 0 ? lines : output.trim().split('\n').slice(-5)).map((text) => `  ${text}`).join('\n');
}

/** Follows each `patch failed` without news. */
function isEcho(text: string): boolean {
  return text.endsWith(': patch does not apply');
}

interface ShownHunk {
  /** Counts from 1 within the file. */
  readonly number: number;
  readonly count: number;
  readonly lines: readonly string[];
}

/** The hunk of a file that begins at a line of the old file; git names that line. */
function findHunk(diff: string, file: string, line: number): ShownHunk | undefined {
  const hunks = parseDiff(diff)
    .files.filter(({ oldName, newName }) => oldName === file || newName === file)
    .flatMap((one) => one.hunks);
  const index = hunks.findIndex((hunk) => hunk.line === line);
  const lines = hunks[index]?.lines.map((text) => Buffer.from(text, 'latin1').toString('utf8'));
  if (lines === undefined) return undefined;
  const shown =
    lines.length > MAX_HUNK_LINES
      ? [...lines.slice(0, MAX_HUNK_LINES), `… ${lines.length - MAX_HUNK_LINES} more lines`]
      : lines;
  return { number: index + 1, count: hunks.length, lines: shown };
}
