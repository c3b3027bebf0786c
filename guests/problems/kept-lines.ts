import type { ConsoleText, TextShape } from './console-line.ts';
import { PlainLine } from './plain-line.ts';
import type { PlainRun } from './plain-run.ts';

/** A longer line is cut. */
const MAX_LINE_CHARS = 1000;

/**
 * The lines of a report. Those that stand one behind the other in a chunk of the console are kept as one stretch of its bytes, and become text together.
 */
export class KeptLines {
  readonly #lines: string[] = [];
  /** Where the text begins in each line. */
  readonly #textsFrom: number[] = [];
  readonly #shapes: TextShape[] = [];
  #bytes: Buffer | undefined;
  #from = 0;
  #end = 0;
  #next = 0;

  get length(): number {
    return this.#textsFrom.length;
  }

  add(line: ConsoleText): void {
    if (line instanceof PlainLine) {
      if (this.#bytes !== line.bytes || this.#next !== line.from) {
        this.settle();
        this.#bytes = line.bytes;
        this.#from = line.from;
      }
      this.#end = line.end;
      this.#next = line.next;
      this.#textsFrom.push(line.textFrom - line.from);
      this.#shapes.push(line.shape);
    } else {
      this.settle();
      const { raw, text } = line;
      this.#lines.push(raw.slice(0, MAX_LINE_CHARS));
      this.#textsFrom.push(raw.length - text.length);
      this.#shapes.push('any');
    }
  }

  /** @param last the last line of the run */
  addRun(run: PlainRun, last: PlainLine): void {
    if (this.#bytes !== run.bytes || this.#next !== run.from) {
      this.settle();
      this.#bytes = run.bytes;
      this.#from = run.from;
    }
    this.#end = last.end;
    this.#next = run.next;
    // As long as no stamp grows by a digit, all are as long as the last one.
    for (let line = 0; line < run.lines; line += 1) {
      this.#textsFrom.push(last.textFrom - last.from);
      this.#shapes.push(last.shape);
    }
  }

  /** The bytes of the chunk are about to be used for something else. */
  settle(): void {
    if (this.#bytes === undefined) return;
    for (const line of this.#bytes.toString('utf8', this.#from, this.#end).split('\n')) {
      const end = line.endsWith('\r') ? line.replace(/\r+$/, '') : line;
      this.#lines.push(end.length > MAX_LINE_CHARS ? end.slice(0, MAX_LINE_CHARS) : end);
    }
    this.#bytes = undefined;
  }

  /** Whether there is a line with this text and time. */
  has(text: string, timeSec: number): boolean {
    this.settle();
    const stamp = `${timeSec.toFixed(6)}]`;
    return this.#lines.some((line, index) => line.length - (this.#textsFrom[index] ?? 0) === text.length && line.endsWith(text) && line.includes(stamp));
  }

  /** The lines as the console gave them. */
  list(count: number): string[] {
    this.settle();
    return this.#lines.slice(0, count);
  }

  /** The same without stamps and callers. */
  listTexts(): string[] {
    this.settle();
    return this.#lines.map((line, index) => line.slice(this.#textsFrom[index]));
  }

  /** What each text is known to be. */
  listShapes(): readonly TextShape[] {
    return this.#shapes;
  }

  /** Leaves out those of which `isKept` says no. */
  filter(isKept: (text: string) => boolean): void {
    const kept = this.listTexts().flatMap((text, index) => (isKept(text) ? [index] : []));
    this.#lines.splice(0, this.#lines.length, ...kept.map((index) => this.#lines[index] ?? ''));
    this.#textsFrom.splice(0, this.#textsFrom.length, ...kept.map((index) => this.#textsFrom[index] ?? 0));
    this.#shapes.splice(0, this.#shapes.length, ...kept.map((index) => this.#shapes[index] ?? 'any'));
  }
}
