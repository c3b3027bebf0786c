import type { ConsoleChunk } from './console-chunk.ts';
import { FILLERS, type PlainLine } from './plain-line.ts';

/**
 * Lines of one caller, all frames of a stack trace or all fillers, as `PlainLine` knows them: half a report and more.
 */
export interface PlainRun {
  readonly chunk: ConsoleChunk;
  readonly shape: 'frame' | 'filler';
  readonly from: number;
  /** Where its second line begins, or the next line. */
  readonly second: number;
  /** Where its last line begins. */
  readonly last: number;
  /** Where the next line begins. */
  readonly next: number;
  readonly lines: number;
}

const STAMP = String.raw`\[ *\d+\.\d{6}\]`;
const FRAME = String.raw` {1,8}(?:\? )?[\w.$]+\+0x[\da-f]+/0x[\da-f]+(?: \[[\w -]+\])?`;
const FILLER = String.raw`(?:(?:${FILLERS.join('|')})[\x20-\x5c\x5e-\x7e]*|[A-Z][A-Z\d]{1,3}: *[\da-f]{4}[\da-fA-Z :()]*)`;
/** The first line says whose they are, in the form that the others have it, too. */
const manyOf = (text: string): RegExp =>
  new RegExp(String.raw`${STAMP}(\[ *[TC]\d+\])? ${text}\r*\n(?:${STAMP}\1 ${text}\r*\n)*`, 'y');

const RUNS = { frame: manyOf(FRAME), filler: manyOf(FILLER) };

/**
 * Finds the run that continues from `from`, by a search that goes over many lines at once. One by one they would take
 * several times as long.
 */
export function findRun(
  chunk: ConsoleChunk,
  from: number,
  { caller, shape }: Pick<PlainLine, 'caller' | 'shape'>,
): PlainRun | undefined {
  const { ascii } = chunk;
  if (shape === 'any' || ascii === undefined) return undefined;
  const pattern = RUNS[shape];
  pattern.lastIndex = from;
  const match = pattern.exec(ascii);
  if (match === null || match[1]?.slice(1, -1).trimStart() !== caller) return undefined;
  const next = pattern.lastIndex;
  const second = ascii.indexOf('\n', from) + 1;
  let lines = 1;
  let last = from;
  for (let at = second; at < next; at = ascii.indexOf('\n', at) + 1) {
    last = at;
    lines += 1;
  }
  return { chunk, shape, from, second, last, next, lines };
}
