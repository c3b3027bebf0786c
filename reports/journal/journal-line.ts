import { z } from 'zod';
import { UserError } from '../../orchestrator/model/errors.ts';
import { JOURNAL_VERSION, type JournalEvent } from '../../orchestrator/model/event.ts';
import { forgivenByMessage } from '../../orchestrator/model/forgiven.ts';
import { JOURNAL_EVENT } from './journal-schema.ts';

/**
 * The event that a line of a journal holds; undefined for what is not JSON, which may be a line that a kill tore.
 * @param line counts from 1
 * @throws UserError when it is JSON but no event, when it opens the journal and is no `run-start`, or when a newer
 * pmemrig wrote it
 */
export function parseJournalLine(text: string, file: string, line: number): JournalEvent | undefined {
  const value = parseJson(text);
  if (value === undefined) return undefined;
  const event = parseEvent(value, file, line);
  if (line === 1 && event.type !== 'run-start')
    throw foreignLine(file, line, `a journal opens with run-start, not ${event.type}`);
  return event;
}

export function foreignLine(file: string, line: number, why: string): UserError {
  return new UserError(`this line is no journal event: ${why}`, {
    code: 'foreign-line',
    remedy: 'the file was changed or damaged after the run; restore it, or cut it off before this line',
    position: { file, line },
  });
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
    throw new UserError(
      `written by a newer pmemrig: journal version ${version}, this one reads up to ${JOURNAL_VERSION}`,
      {
        code: 'newer-journal',
        remedy: 'read the run with the pmemrig that made it, or a later one',
        position: { file, line },
      },
    );
  }
  const result = JOURNAL_EVENT.safeParse(value);
  if (!result.success) throw foreignLine(file, line, z.prettifyError(result.error).replaceAll(/\s*\n\s*/g, ' '));
  return result.data.v < 4 ? addForgiven(result.data) : result.data;
}

function addForgiven(event: JournalEvent): JournalEvent {
  if (event.type !== 'test-end' || event.status !== 'skip' || event.message === undefined) return event;
  const forgiven = forgivenByMessage(event.message);
  return forgiven ? { ...event, forgiven } : event;
}

function readVersion(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number'
    ? value.v
    : undefined;
}
