import { isAscii } from 'node:buffer';
import { FILLERS, type PlainLine } from './plain-line.ts';

/** Lines of one caller, all frames of a stack trace or all fillers, as `PlainLine` knows them: half a report and more. */
export interface PlainRun {
  readonly bytes: Buffer;
  readonly from: number;
  /** Where its last line begins. */
  readonly last: number;
  /** Where the next line begins. */
  readonly next: number;
  readonly lines: number;
}

const FRAME = String.raw` {1,8}(?:\? )?[\w.$]+\+0x[\da-f]+/0x[\da-f]+(?: \[[\w -]+\])?`;
const FILLER = String.raw`(?:(?:${FILLERS.join('|')})[\x20-\x5c\x5e-\x7e]*|[A-Z][A-Z\d]{1,3}: *[\da-f]{4}[\da-fA-Z :()]*)`;

/** Finds runs in a chunk, by a search that goes over many lines at once: line by line it would take several times as long. */
export class RunFinder {
  readonly #bytes: Buffer;
  #text: string | undefined;
  #decoded = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The run that goes on from `from`; undefined if the line there is another's or of another shape. */
  find(from: number, { caller, shape }: Pick<PlainLine, 'caller' | 'shape'>): PlainRun | undefined {
    if (shape === 'any') return undefined;
    if (!this.#decoded) {
      this.#decoded = true;
      // Then a character is a byte.
      if (isAscii(this.#bytes)) this.#text = this.#bytes.toString('latin1');
    }
    if (this.#text === undefined) return undefined;
    const pattern = patternOf(shape, caller ?? '');
    pattern.lastIndex = from;
    if (!pattern.test(this.#text)) return undefined;
    const next = pattern.lastIndex;
    let lines = 0;
    let last = from;
    for (let at = from; at < next; at = this.#text.indexOf('\n', at) + 1) {
      last = at;
      lines += 1;
    }
    return { bytes: this.#bytes, from, last, next, lines };
  }
}

/** So many callers' patterns are kept. */
const MAX_PATTERNS = 200;
const patterns = { frame: new Map<string, RegExp>(), filler: new Map<string, RegExp>() };

function patternOf(shape: 'frame' | 'filler', caller: string): RegExp {
  const known = patterns[shape].get(caller);
  if (known !== undefined) return known;
  if (patterns[shape].size >= MAX_PATTERNS) patterns[shape].clear();
  const pattern = new RegExp(String.raw`(?:\[ *\d+\.\d{6}\]${caller === '' ? '' : String.raw`\[ *${caller}\]`} ${shape === 'frame' ? FRAME : FILLER}\r*\n)+`, 'y');
  patterns[shape].set(caller, pattern);
  return pattern;
}
