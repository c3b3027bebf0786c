import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../orchestrator/model/errors.ts';
import { JOURNAL_VERSION, type JournalEvent } from '../orchestrator/model/event.ts';
import { JOURNAL_EVENT } from './journal-schema.ts';
import { readLines } from './read-lines.ts';

const RUN_FOLDER_REMEDY = 'name a run folder, as `pmemrig run` prints it when it starts';

/**
 * The events of a run folder's `events.jsonl`, each validated, in order; streamed, so that a
 * journal may be larger than memory. A last line that was torn by a kill is dropped, and a `note`
 * event says so.
 *
 * @throws UserError when the file is missing or empty, when a line before the last is no event,
 *   when it does not open with `run-start`, or when a newer pmemrig wrote it.
 */
export async function* readJournal(runDir: string): AsyncGenerator<JournalEvent> {
  const file = join(runDir, 'events.jsonl');
  let line = 0;
  let last: JournalEvent | undefined;
  let torn: number | undefined;
  for await (const text of readJournalLines(file)) {
    if (torn !== undefined) throw foreignLine(file, torn, 'it is not JSON');
    line++;
    const value = parseJson(text);
    if (value === undefined) {
      torn = line;
      continue;
    }
    last = parseEvent(value, file, line);
    if (line === 1 && last.type !== 'run-start') throw foreignLine(file, line, `a journal opens with run-start, not ${last.type}`);
    yield last;
  }
  if (last === undefined) {
    throw new UserError('the journal holds no events: the run ended before it began', {
      code: 'empty-journal',
      remedy: 'start the run again',
      position: { file },
    });
  }
  if (torn !== undefined) yield { v: JOURNAL_VERSION, t: last.t, type: 'note', text: `events.jsonl:${torn}: the last line was torn and is left out` };
}

async function* readJournalLines(file: string): AsyncGenerator<string> {
  try {
    yield* readLines(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
    throw new UserError(missing ? 'no journal here' : `the journal cannot be read: ${error.message}`, {
      code: missing ? 'no-journal' : 'unreadable-journal',
      remedy: RUN_FOLDER_REMEDY,
      position: { file },
      cause: error,
    });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** `undefined` for what is not JSON; JSON itself has no such value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseEvent(value: unknown, file: string, line: number): JournalEvent {
  const version = readVersion(value);
  if (version !== undefined && version > JOURNAL_VERSION) {
    throw new UserError(`written by a newer pmemrig: journal version ${version}, this one reads up to ${JOURNAL_VERSION}`, {
      code: 'newer-journal',
      remedy: 'read the run with the pmemrig that made it, or a later one',
      position: { file, line },
    });
  }
  const result = JOURNAL_EVENT.safeParse(value);
  if (!result.success) throw foreignLine(file, line, z.prettifyError(result.error).replaceAll(/\s*\n\s*/g, ' '));
  return result.data;
}

function readVersion(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number' ? value.v : undefined;
}

function foreignLine(file: string, line: number, why: string): UserError {
  return new UserError(`this line is no journal event: ${why}`, {
    code: 'foreign-line',
    remedy: 'the file was changed or damaged after the run; restore it, or cut it off before this line',
    position: { file, line },
  });
}
