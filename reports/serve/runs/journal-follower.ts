import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { RunFold } from '../../fold/fold.ts';
import { foreignLine, parseJournalLine } from '../../journal/journal-line.ts';

const CHUNK_BYTES = 2 ** 18;
const NEWLINE = 0x0a;

/**
 * Reads a journal that still grows: what was read once is not read again. A last line without its newline waits for the
 * rest of it.
 */
export class JournalFollower {
  readonly runDir: string;
  #fold = new RunFold();
  /** Where the first line begins that was not read yet. */
  #offset = 0;
  #lines = 0;
  #reading: Promise<void> | undefined;

  constructor(runDir: string) {
    this.runDir = runDir;
  }

  /** As of the last {@link advance}. */
  get fold(): RunFold {
    return this.#fold;
  }

  /** How many lines were read; 0 before the run has begun. */
  get lines(): number {
    return this.#lines;
  }

  /**
   * Reads what has been added. Any number may ask at once. Rejects with a UserError for a line that is no event, and
   * with what the file system rejects with: ENOENT if the run is gone.
   */
  async advance(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #read(): Promise<void> {
    const path = join(this.runDir, 'events.jsonl');
    await using file = await open(path);
    const { size } = await file.stat();
    if (size < this.#offset) this.#startOver();
    let rest: Buffer = Buffer.alloc(0);
    // The size as of now: more that comes meanwhile is for the next time, so that this ends.
    for (let at = this.#offset; at < size;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - at));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      rest = this.#takeLines(Buffer.concat([rest, chunk.subarray(0, bytesRead)]), path);
    }
  }

  /** Applies the whole lines and returns what follows them. */
  #takeLines(bytes: Buffer, path: string): Buffer {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      const event = parseJournalLine(bytes.toString('utf8', start, end), path, this.#lines + 1);
      if (event === undefined) throw foreignLine(path, this.#lines + 1, 'it is not JSON');
      this.#fold.apply(event);
      this.#lines += 1;
      this.#offset += end + 1 - start;
      start = end + 1;
    }
    return bytes.subarray(start);
  }

  /** It is another journal than it was. */
  #startOver(): void {
    this.#fold = new RunFold();
    this.#offset = 0;
    this.#lines = 0;
  }
}
