import { isRigTest } from '../model/cell.ts';
import { JOURNAL_VERSION, type JournalEvent } from '../model/event.ts';
import type { MergedPlan } from './plan-merge.ts';
import { type EventOf, nameOfPart, type Part } from './survey-part.ts';

/** A part with its journal to read, and what is added to the numbers of its guests. */
export interface PartToMerge extends Part {
  readonly events: AsyncIterable<JournalEvent> | Iterable<JournalEvent>;
  readonly guestOffset: number;
}

/** The ends of a run, that first which says most of it. */
const ENDINGS = ['user', 'interrupted', 'infra'] as const;

/**
 * One journal of several, as if one controller had done it all: their events by time, each part's in its own order.
 * Guests get numbers of their own, and a shard that is not there ends each of its cells with that as the reason. A run
 * that was killed leaves this one without an end, too.
 */
export async function* mergeEvents(
  runId: string,
  plan: MergedPlan,
  parts: readonly PartToMerge[],
): AsyncGenerator<JournalEvent> {
  const startedAt = parts.map(({ start }) => start.t).toSorted()[0] ?? '';
  const lastAt =
    parts
      .map((part) => part.lastAt)
      .toSorted()
      .at(-1) ?? startedAt;
  const seen = new Set<string>();
  const note = (t: string, text: string): EventOf<'note'>[] =>
    seen.has(text) ? [] : [{ v: JOURNAL_VERSION, t, type: 'note', text: (seen.add(text), text) }];
  yield startOf(runId, startedAt, plan, parts);
  for (const text of plan.notes) yield* note(startedAt, text);
  for await (const { event, part } of byTime(parts)) {
    if (event.type === 'note') yield* note(event.t, event.text);
    else if (event.type === 'resume')
      yield* note(event.t, `${nameOfPart(part)} was resumed by another controller, on ${event.host}`);
    else if (event.type === 'run-end') {
      if (event.reason !== 'finished')
        yield* note(
          event.t,
          `${nameOfPart(part)} ended as ${event.reason}${event.message === undefined ? '' : `: ${event.message}`}`,
        );
    } else if (event.type !== 'run-start') yield renumber(event, part.guestOffset);
  }
  for (const { cell, reason } of plan.missing) yield { v: JOURNAL_VERSION, t: lastAt, type: 'cell-end', cell, reason };
  const end = endOf(parts);
  if (end) yield { ...end, v: JOURNAL_VERSION, t: lastAt };
}

function startOf(
  runId: string,
  t: string,
  { cells, excluded }: MergedPlan,
  parts: readonly PartToMerge[],
): EventOf<'run-start'> {
  const [first] = parts;
  if (!first) throw new Error('nothing to merge');
  const { shard: _, up: __, phases: ___, ...start } = first.start;
  const hosts = [...new Set(parts.map((part) => part.start.host))];
  const repeat = Math.max(...parts.map((part) => part.start.repeat ?? 1));
  const narrowed = parts.some((part) => part.start.narrowed === true);
  return {
    ...start,
    ...(narrowed && { narrowed }),
    v: JOURNAL_VERSION,
    t,
    runId,
    host: hosts.join('; '),
    cells,
    excluded,
    ...(repeat > 1 && { repeat }),
  };
}

/**
 * The next event is the earliest that any part has next. Clocks of machines differ: within a part its own order stands.
 */
async function* byTime(
  parts: readonly PartToMerge[],
): AsyncGenerator<{ readonly event: JournalEvent; readonly part: PartToMerge }> {
  const readers = await Promise.all(
    parts.map(async (part) => {
      const events = iterate(part.events);
      return { part, events, next: await events.next() };
    }),
  );
  for (;;) {
    const left = readers.flatMap((reader) => (reader.next.done === true ? [] : [{ reader, event: reader.next.value }]));
    const [first, ...others] = left;
    if (!first) return;
    const { reader, event } = others.reduce((least, each) => (each.event.t < least.event.t ? each : least), first);
    yield { event: withoutUp(event), part: reader.part };
    reader.next = await reader.events.next();
  }
}

/** Each part's has an origin of its own. */
function withoutUp(event: JournalEvent): JournalEvent {
  const { up: _up, ...rest } = event;
  return rest;
}

async function* iterate(events: AsyncIterable<JournalEvent> | Iterable<JournalEvent>): AsyncGenerator<JournalEvent> {
  yield* events;
}

function renumber(event: JournalEvent, offset: number): JournalEvent {
  if (event.type === 'test-end') return renumberEnd(event, offset);
  if (!('guest' in event)) return event;
  const moved = { ...event, guest: event.guest + offset };
  return moved.type === 'guest-boot' ? { ...moved, console: movePath(moved.console, offset) } : moved;
}

/** Only where the rig speaks does `guest 3` mean one of its own. */
function renumberEnd(event: EventOf<'test-end'>, offset: number): EventOf<'test-end'> {
  const { artifacts, message } = event;
  const isOurs = isRigTest(event.test) || event.status === 'infra';
  return {
    ...event,
    ...(artifacts && { artifacts: artifacts.map((path) => movePath(path, offset)) }),
    ...(message !== undefined &&
      isOurs && {
        message: message.replaceAll(/\bguest (\d+)\b/g, (_whole, number: string) => `guest ${Number(number) + offset}`),
      }),
  };
}

/** A path in the run's folder with its guest's new number: the guests' folders are numbered. */
function movePath(path: string, offset: number): string {
  return path.replace(/^guests\/(\d+)(?=\/)/, (_whole, number: string) => `guests/${Number(number) + offset}`);
}

/** The merged run's end; undefined while a part has not ended. */
function endOf(parts: readonly PartToMerge[]): Pick<EventOf<'run-end'>, 'type' | 'reason' | 'message'> | undefined {
  for (const reason of ENDINGS) {
    const found = parts.filter(({ end }) => end?.reason === reason);
    const messages = found.flatMap((part) =>
      part.end?.message === undefined ? [] : [`${nameOfPart(part)}: ${part.end.message}`],
    );
    if (found.length > 0)
      return { type: 'run-end', reason, ...(messages.length > 0 && { message: messages.join('; ') }) };
  }
  return parts.every(({ end }) => end) ? { type: 'run-end', reason: 'finished' } : undefined;
}
