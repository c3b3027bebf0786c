import { isAscii } from 'node:buffer';

/** Whole lines of the console, as bytes, and as text where that is cheaper. */
export class ConsoleChunk {
  readonly bytes: Buffer;
  #ascii: string | undefined;
  #read = false;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** All of it, each character a byte; undefined if there are others than ASCII's. */
  get ascii(): string | undefined {
    if (!this.#read) {
      this.#read = true;
      if (isAscii(this.bytes)) this.#ascii = this.bytes.toString('latin1');
    }
    return this.#ascii;
  }

  /** To look at: a slice keeps all of the chunk in memory, so what is kept is to be copied. */
  look(from: number, to: number): string {
    return this.ascii?.slice(from, to) ?? this.bytes.toString('utf8', from, to);
  }

  copy(from: number, to: number): string {
    return this.bytes.toString(this.ascii === undefined ? 'utf8' : 'latin1', from, to);
  }
}

/** The same text by itself. A slice of a longer string, as `slice` and matches give it, keeps all of that in memory. */
export const copyText = (text: string): string => Buffer.from(text).toString();
