/** What of a hunk a message shows. */
const MAX_HUNK_LINES = 30;

/** Says where a patch does not fit, with the text of the hunk that fails, from the words of `git apply` and the patch. Indented by two blanks. */
export function describeFailedPatch(output: string, diff: string): string {
  const words = output.split('\n').flatMap((line) => /^error: (?<text>.*)$/.exec(line)?.groups?.['text'] ?? []);
  const lines = words.flatMap((text) => {
    const { file, line } = /^patch failed: (?<file>.+):(?<line>\d+)$/.exec(text)?.groups ?? {};
    if (file === undefined || line === undefined) return isEcho(text) ? [] : [text];
    const hunk = findHunk(diff, file, Number(line));
    return hunk === undefined ? [`${file}:${line}: the hunk there does not fit`] : [`${file}:${line}: hunk ${hunk.number} of ${hunk.count} does not fit:`, ...hunk.lines.map((text) => `  ${text}`)];
  });
  return (lines.length > 0 ? lines : output.trim().split('\n').slice(-5)).map((text) => `  ${text}`).join('\n');
}

/** Follows each `patch failed` without news. */
function isEcho(text: string): boolean {
  return text.endsWith(': patch does not apply');
}

interface Hunk {
  /** Counts from 1 within the file. */
  readonly number: number;
  readonly count: number;
  readonly lines: readonly string[];
}

/** The hunk of a file that begins at a line of the old file; git names that line. */
function findHunk(diff: string, file: string, line: number): Hunk | undefined {
  const hunks = hunksOf(diff, file);
  const index = hunks.findIndex(([head = '']) => Number(/^@@ -(\d+)/.exec(head)?.[1]) === line);
  const lines = hunks[index];
  if (lines === undefined) return undefined;
  const shown = lines.length > MAX_HUNK_LINES ? [...lines.slice(0, MAX_HUNK_LINES), `… ${lines.length - MAX_HUNK_LINES} more lines`] : lines;
  return { number: index + 1, count: hunks.length, lines: shown };
}

function hunksOf(diff: string, file: string): readonly string[][] {
  const hunks: string[][] = [];
  let here = false;
  let left = 0;
  for (const line of diff.split('\n')) {
    const head = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (left <= 0 && /^(?:---|\+\+\+) /.test(line)) here = line.slice(4).split('\t')[0]?.replace(/^[ab]\//, '') === file || (here && line.startsWith('+++ /dev/null'));
    else if (head && left <= 0) {
      // A context line counts on both sides.
      left = Number(head[1] ?? 1) + Number(head[2] ?? 1);
      if (here) hunks.push([line]);
    } else if (left > 0) {
      if (here) hunks.at(-1)?.push(line);
      left -= /^[-+]/.test(line) ? 1 : line.startsWith('\\') ? 0 : 2;
    }
  }
  return hunks;
}
