import { join } from 'node:path';
import { UserError } from '../../orchestrator/model/errors.ts';
import { JOURNAL_VERSION, type JournalEvent } from '../../orchestrator/model/event.ts';
import { foreignLine, parseJournalLine } from './journal-line.ts';
import { readLines } from './read-lines.ts';

const RUN_FOLDER_REMEDY = 'name a run folder, as `pmemrig run` prints it when it starts';

/**
 * The events of a run folder's `events.jsonl`, each validated, in order; streamed, so that a journal may be larger than
 * memory. A last line that was torn by a kill is dropped, and a `note` event says so.
 *
 * @throws UserError when the file is missing or empty, when a line before the last is no event, when it does not open
 * with `run-start`, or when a newer pmemrig wrote it.
 */
export async function* readJournal(runDir: string): AsyncGenerator<JournalEvent> {
  const file = join(runDir, 'events.jsonl');
  let line = 0;
  let last: JournalEvent | undefined;
  let torn: number | undefined;
  for await (const batch of readJournalLines(file)) {
    for (const text of batch) {
      if (torn !== undefined) throw foreignLine(file, torn, 'it is not JSON');
      line++;
      const event = parseJournalLine(text, file, line);
      if (event === undefined) {
        torn = line;
        continue;
      }
      last = event;
      yield event;
    }
  }
  if (last === undefined) {
    throw new UserError('the journal holds no events: the run ended before it began', {
      code: 'empty-journal',
      remedy: 'start the run again',
      position: { file },
    });
  }
  if (torn !== undefined)
    yield {
      v: JOURNAL_VERSION,
      t: last.t,
      type: 'note',
      text: `events.jsonl:${torn}: the last line was torn and is left out`,
    };
}

async function* readJournalLines(file: string): AsyncGenerator<readonly string[]> {
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
