import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { InfraError } from '../../model/errors.ts';
import { describeRefusal } from '../../model/file-refusal.ts';
import { JOURNAL_VERSION, type JournalEvent, type RunEvent } from '../../model/event.ts';

export const JOURNAL_FILE = 'events.jsonl';

/**
 * Appends one line per event, synchronously: once `append` returns, the line outlives
 * the controller, so a killed run loses at most the test in flight.
 */
export class JournalWriter implements Disposable {
  readonly #file: string;
  #fd: number | undefined;
  #failure: InfraError | undefined;

  /** @throws InfraError when the file cannot be opened. */
  constructor(runDir: string) {
    this.#file = join(runDir, JOURNAL_FILE);
    try {
      this.#fd = openSync(this.#file, 'a');
    } catch (error) {
      throw journalError(this.#file, error);
    }
  }

  /**
   * @throws InfraError when the disk is full or gone, from then on for good: room that comes back later
   *   must not hide that events are missing in between.
   */
  append(event: RunEvent): JournalEvent {
    if (this.#failure) throw this.#failure;
    if (this.#fd === undefined) throw new Error(`${event.type} came after the journal was closed`);
    const stamped = { v: JOURNAL_VERSION, t: new Date().toISOString(), up: Math.round(performance.now()), ...event };
    const { size } = fstatSync(this.#fd);
    try {
      writeAll(this.#fd, `${JSON.stringify(stamped)}\n`);
    } catch (error) {
      this.#failure = journalError(this.#file, error);
      cutBack(this.#fd, size);
      throw this.#failure;
    }
    return stamped;
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** No half line is left where the disk still takes that much; readers drop one. */
function cutBack(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size);
  } catch {
    // The first cause is reported.
  }
}

function journalError(file: string, cause: unknown): InfraError {
  return new InfraError(`the journal ${file} cannot be written: ${describeRefusal(cause, file) ?? String(cause)}`, {
    code: 'journal-write',
    remedy:
      'mend that disk, or free space on it, or choose another with --runs DIR; ' +
      '`pmemrig run --resume` runs what is left',
    cause,
  });
}

/** write(2) may take only part of a line, on a nearly full disk for one. */
function writeAll(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
}
