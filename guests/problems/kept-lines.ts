import { copyText, type ConsoleChunk } from './console-chunk.ts';
import type { ConsoleText, TextShape } from './console-line.ts';
import { PlainLine } from './plain-line.ts';
import type { PlainRun } from './plain-run.ts';

/** A longer line is cut. */
const MAX_LINE_CHARS = 1000;

/**
 * The lines of a report. Those that stand one behind the other in a chunk of the console are kept as one stretch of its
 * bytes, and become text together.
 */
export class KeptLines {
  readonly #lines: string[] = [];
  /** Where the text begins in each line. */
  readonly #textsFrom: number[] = [];
  readonly #shapes: TextShape[] = [];
  #chunk: ConsoleChunk | undefined;
  #from = 0;
  #end = 0;
  #next = 0;

  get length(): number {
    return this.#textsFrom.length;
  }

  add(line: ConsoleText): void {
    if (line instanceof PlainLine) {
      this.#stretch(line.chunk, line.from, line.end, line.next);
      this.#textsFrom.push(line.textFrom - line.from);
      this.#shapes.push(line.shape);
    } else {
      this.settle();
      const { raw, text } = line;
      this.#lines.push(copyText(raw.slice(0, MAX_LINE_CHARS)));
      this.#textsFrom.push(raw.length - text.length);
      this.#shapes.push('any');
    }
  }

  /** @param last the last line of the run */
  addRun(run: PlainRun, last: PlainLine): void {
    this.#stretch(run.chunk, run.from, last.end, run.next);
    // As long as no stamp grows by a digit, all are as long as the last one.
    for (let line = 0; line < run.lines; line += 1) {
      this.#textsFrom.push(last.textFrom - last.from);
      this.#shapes.push(last.shape);
    }
  }

  /** Lets the stretch continue if what begins at `from` follows it, else ends it. */
  #stretch(chunk: ConsoleChunk, from: number, end: number, next: number): void {
    if (this.#chunk !== chunk || this.#next !== from) {
      this.settle();
      this.#chunk = chunk;
      this.#from = from;
    }
    this.#end = end;
    this.#next = next;
  }

  /** The bytes of the chunk are about to be used for something else. */
  settle(): void {
    if (this.#chunk === undefined) return;
    const stretch = this.#chunk.copy(this.#from, this.#end);
    // A plain line has them at its end alone.
    const lines = (stretch.includes('\r') ? stretch.replaceAll('\r', '') : stretch).split('\n');
    for (const line of lines) this.#lines.push(line.length > MAX_LINE_CHARS ? line.slice(0, MAX_LINE_CHARS) : line);
    this.#chunk = undefined;
  }

  /** Whether there is a line with this text and time. */
  has(text: string, timeSec: number): boolean {
    this.settle();
    const stamp = `${timeSec.toFixed(6)}]`;
    return this.#lines.some(
      (line, index) =>
        line.length - (this.#textsFrom[index] ?? 0) === text.length && line.endsWith(text) && line.includes(stamp),
    );
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

  /** Leaves out those that `isKept` refuses. */
  filter(isKept: (text: string) => boolean): void {
    const kept = this.listTexts().flatMap((text, index) => (isKept(text) ? [index] : []));
    this.#lines.splice(0, this.#lines.length, ...kept.map((index) => this.#lines[index] ?? ''));
    this.#textsFrom.splice(0, this.#textsFrom.length, ...kept.map((index) => this.#textsFrom[index] ?? 0));
    this.#shapes.splice(0, this.#shapes.length, ...kept.map((index) => this.#shapes[index] ?? 'any'));
  }
}
