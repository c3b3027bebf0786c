import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { InfraError } from '../model/errors.ts';
import { JOURNAL_VERSION, type JournalEvent, type RunEvent } from '../model/event.ts';

export const JOURNAL_FILE = 'events.jsonl';

/**
 * Appends one line per event, synchronously: once `append` returns, the line outlives
 * the controller, so a killed run loses at most the test in flight.
 */
export class JournalWriter implements Disposable {
  #fd: number | undefined;
  #failure: InfraError | undefined;

  constructor(runDir: string) {
    this.#fd = openSync(join(runDir, JOURNAL_FILE), 'a');
  }

  /**
   * @throws InfraError when the disk is full or gone, from then on for good: room that comes back later
   *   must not hide that events are missing in between.
   */
  append(event: RunEvent): JournalEvent {
    if (this.#failure) throw this.#failure;
    if (this.#fd === undefined) throw new Error(`${event.type} came after the journal was closed`);
    const stamped = { v: JOURNAL_VERSION, t: new Date().toISOString(), ...event };
    const { size } = fstatSync(this.#fd);
    try {
      writeAll(this.#fd, `${JSON.stringify(stamped)}\n`);
    } catch (error) {
      this.#failure = new InfraError('the journal cannot be written', {
        code: 'journal-write',
        remedy: 'free space on the disk that holds the runs, or choose another with --runs DIR',
        cause: error,
      });
      ftruncateSync(this.#fd, size);
      throw this.#failure;
    }
    return stamped;
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** write(2) may take only part of a line, on a nearly full disk for one. */
function writeAll(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
}
