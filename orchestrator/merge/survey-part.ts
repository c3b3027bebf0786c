import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readJournal } from '../../reports/journal/read-journal.ts';
import type { JournalEvent, RunEvent } from '../model/event.ts';
import { present } from '../model/present.ts';

export type EventOf<Type extends RunEvent['type']> = Extract<JournalEvent, { type: Type }>;

/** What has to be known of a run before it can be put together with others. */
export interface Part {
  readonly dir: string;
  readonly start: EventOf<'run-start'>;
  /** Absent: its controller was killed. */
  readonly end?: EventOf<'run-end'>;
  /** ISO 8601, UTC. */
  readonly lastAt: string;
  /** The highest number of its guests, 0 without any. */
  readonly guests: number;
  /** By stage, what each kernel and image turned out to be. */
  readonly made: ReadonlyMap<string, { readonly detail: string; readonly digest?: string }>;
}

/** Reads a run's journal once. @throws UserError when there is none that can be read, see `readJournal` */
export async function surveyPart(dir: string): Promise<Part> {
  return surveyEvents(dir, readJournal(dir), await countGuests(dir));
}

/** @param folders the highest number among the folders of guests: one that did not come up has no event */
export async function surveyEvents(
  dir: string,
  events: AsyncIterable<JournalEvent> | Iterable<JournalEvent>,
  folders = 0,
): Promise<Part> {
  let start: EventOf<'run-start'> | undefined;
  let end: EventOf<'run-end'> | undefined;
  let lastAt = '';
  let guests = folders;
  const made = new Map<string, { readonly detail: string; readonly digest?: string }>();
  for await (const event of events) {
    lastAt = event.t;
    if ('guest' in event) guests = Math.max(guests, event.guest);
    // One that goes on after its end was resumed.
    end = event.type === 'run-end' ? event : event.type === 'resume' ? undefined : end;
    if (event.type === 'run-start') start ??= event;
    if (event.type === 'stage' && event.status === 'done') made.set(event.stage, event);
  }
  if (!start) throw new Error(`the journal of ${dir} has no run-start`);
  return { dir, start, lastAt, guests, made, ...present({ end }) };
}

/** For messages. */
export function nameOfPart({ start, dir }: Part): string {
  return start.shard ? `shard ${start.shard.index}/${start.shard.of}` : start.runId || basename(dir);
}

async function countGuests(dir: string): Promise<number> {
  const names = await readdir(join(dir, 'guests')).catch((): string[] => []);
  return names.reduce((max, name) => Math.max(max, Number(name) || 0), 0);
}
