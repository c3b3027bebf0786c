import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { InfraError } from '../model/errors.ts';
import { JOURNAL_VERSION, type JournalEvent, type RunEvent } from '../model/event.ts';

const JOURNAL_FILE = 'events.jsonl';

/**
 * Appends one line per event, synchronously: once `append` returns, the line outlives
 * the controller, so a killed run loses at most the test in flight.
 */
export class JournalWriter implements Disposable {
  readonly #fd: number;

  constructor(runDir: string) {
    this.#fd = openSync(join(runDir, JOURNAL_FILE), 'a');
  }

  /** @throws InfraError when the disk is full or gone. */
  append(event: RunEvent): JournalEvent {
    const stamped = { v: JOURNAL_VERSION, t: new Date().toISOString(), ...event };
    try {
      writeAll(this.#fd, `${JSON.stringify(stamped)}\n`);
    } catch (error) {
      throw new InfraError('the journal cannot be written', {
        code: 'journal-write',
        remedy: 'free space on the disk that holds the runs, or choose another with --runs DIR',
        cause: error,
      });
    }
    return stamped;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** write(2) may take only part of a line, on a nearly full disk for one. */
function writeAll(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
}
