import { keepEscapedHashes } from './tap-directive.ts';

/** A report of more results is of no use to anybody. */
export const MAX_RESULTS = 5000;
/** kselftest, KUnit, a suite and its parameters are four; the parser recurses once a level. */
const MAX_DEPTH = 10;
const MAX_LINE_CHARS = 1000;

/** TAP as tap-parser understands it, within bounds. */
export interface TapLines {
  readonly text: string;
  /** Results that stand in none of the lines of `text`. */
  readonly leftOut: number;
}

/** Makes TAP of KTAP, and bounds what a guest can ask of the parser: results, depth, length of lines. */
export function readTapLines(stdout: string): TapLines {
  const kept: string[] = [];
  let results = 0;
  let leftOut = 0;
  for (const line of indentNested(stdout)) {
    const isResult = /^ *(?:not )?ok\b/.test(line);
    const isTooDeep = line.startsWith(' '.repeat(4 * MAX_DEPTH + 1));
    if (results >= MAX_RESULTS || isTooDeep) {
      if (isResult) leftOut += 1;
      continue;
    }
    if (isResult) results += 1;
    kept.push(isResult ? keepEscapedHashes(line) : line);
  }
  return { text: kept.join('\n'), leftOut };
}

/** kselftest's runner puts `# ` before each line of a test that speaks TAP itself; tap-parser knows nesting by indent. */
function* indentNested(text: string): Generator<string> {
  let nested = false;
  for (const whole of text.split('\n')) {
    const line = whole.slice(0, MAX_LINE_CHARS);
    if (/^# K?TAP version/.test(line)) nested = true;
    else if (!line.startsWith('#')) nested = false;
    const plain = nested ? `    ${line.slice(2)}` : line;
    // KTAP's version line means nothing to a TAP parser, and TAP's own says no more.
    yield plain.replace(/^(\s*)KTAP version \d+/, '$1TAP version 14');
  }
}
