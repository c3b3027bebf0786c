import type { ConsoleText } from './console-line.ts';

/** So many stamps of lines of reports are remembered at least, and at most twice as many: some hundred reports. */
const STAMPS = 10_000;
const HEADS = 500;

/**
 * Knows the lines of reports again that a program prints once more: `dmesg`, a test's own log, a daemon. The kernel never gives two lines the
 * same stamp and the same words.
 */
export class PrintedLines {
  readonly #texts = new RecentMap<number, string | string[]>(STAMPS);
  readonly #heads = new RecentMap<string, true>(HEADS);
  #lastSec = -1;

  /** @param head the line began a report */
  remember({ text, timeSec }: ConsoleText, head: boolean): void {
    if (head) this.#heads.set(text, true);
    if (timeSec === undefined) return;
    if (timeSec > this.#lastSec) this.#lastSec = timeSec;
    const before = this.#texts.get(timeSec);
    if (typeof before === 'object') before.push(text);
    else this.#texts.set(timeSec, before === undefined ? text : [before, text]);
  }

  /** @param foreign the line has no stamp, among stamped ones: only the head of a report is known by its words alone */
  has({ text, timeSec }: ConsoleText, foreign: boolean): boolean {
    if (timeSec === undefined) return foreign && this.#heads.get(text) === true;
    if (timeSec > this.#lastSec) return false;
    const before = this.#texts.get(timeSec);
    if (before === undefined) return false;
    return typeof before === 'object' ? before.some((line) => isCopy(text, line)) : isCopy(text, before);
  }

  /** Another boot counts its time anew. */
  clear(): void {
    this.#texts.clear();
    this.#heads.clear();
    this.#lastSec = -1;
  }
}

/** A program that is killed leaves a line torn. */
const isCopy = (text: string, line: string): boolean => text === line || (text !== '' && line.startsWith(text));

/** A map that forgets what was set long ago, by halves. */
class RecentMap<Key, Value> {
  readonly #half: number;
  #recent = new Map<Key, Value>();
  #older = new Map<Key, Value>();

  constructor(half: number) {
    this.#half = half;
  }

  get(key: Key): Value | undefined {
    return this.#recent.get(key) ?? this.#older.get(key);
  }

  set(key: Key, value: Value): void {
    if (this.#recent.size >= this.#half) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, value);
  }

  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }
}
