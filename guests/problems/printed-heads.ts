import type { ConsoleText } from './console-line.ts';

/** So many hashes are remembered at least, and at most twice as many: three a line. */
const HASHES = 3000;

/**
 * Knows the first lines of reports again that a program prints once more: `dmesg`, a test's own log, a daemon. The
 * kernel never gives two lines the same stamp and the same words, unless two CPUs print in the same microsecond: their
 * callers differ. What follows a head that is known is of no report.
 */
export class PrintedHeads {
  /** Hashes, so that the lines need not be kept. */
  #recent = new Set<number>();
  #older = new Set<number>();

  /**
   * Whether the line is known. If not, it is from now on. Of a line without a caller the stamp and the words say so,
   * without a stamp the words.
   */
  meet({ text, timeSec, caller }: ConsoleText): boolean {
    const words = hashText(text);
    const stamped = timeSec === undefined ? words : mixTime(words, timeSec);
    const line = caller === undefined ? stamped : stamped + hashText(caller);
    if (this.#recent.has(line) || this.#older.has(line)) return true;
    if (this.#recent.size >= HASHES) [this.#older, this.#recent] = [this.#recent, new Set()];
    for (const hash of [line, stamped, words]) this.#recent.add(hash);
    return false;
  }

  /** Another boot counts its time anew. */
  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }
}

/** FNV-1a, of 53 bits as far as a number has them. */
function hashText(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9dc5811c;
  for (let at = 0; at < text.length; at += 1) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193);
    high = Math.imul(high ^ text.charCodeAt(at), 0x01000197);
  }
  return (high >>> 0) * 2 ** 21 + ((low >>> 0) & 0x1fffff);
}

const mixTime = (hash: number, timeSec: number): number => -(hash + Math.round(timeSec * 1e6) * 31);
