import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunFold } from '../../reports/fold/fold.ts';
import type { RunSummary } from '../../reports/fold/summary.ts';
import { makeCell } from '../../reports/testing/make-journal.ts';
import { JOURNAL_VERSION, type JournalEvent, type PlannedCell, type RunEvent, type RunShard } from '../model/event.ts';
import { mergeEvents } from './merge-events.ts';
import { planMerge } from './plan-merge.ts';
import { type Part, surveyEvents } from './survey-part.ts';
import { present } from '../model/present.ts';

/**
 * What becomes of a cell: its tests' statuses, the last of which may be cut off, a problem of its kernel, and a lost
 * guest.
 */
const cellStory = fc.record({
  tests: fc.array(fc.array(fc.constantFrom('pass', 'fail', 'skip', 'crash', 'hang', 'infra'), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  }),
  problem: fc.boolean(),
  lost: fc.boolean(),
  ended: fc.boolean(),
});
type CellStory = typeof cellStory extends fc.Arbitrary<infer Story> ? Story : never;

interface Story {
  readonly id: string;
  readonly cell: CellStory;
  readonly shard: number;
}

const stories = fc
  .array(fc.tuple(cellStory, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 6 })
  .map((all) => all.map(([cell, shard], index): Story => ({ id: `k${index % 2}/nvdimm/${index}/fio`, cell, shard })));

function planned({ id, cell }: Story): PlannedCell {
  return makeCell(
    id,
    cell.tests.map((_tries, index) => `fio/${index}`),
  );
}

/** A run of some of the stories, with the times that a run of all would have had. */
function play(all: readonly Story[], mine: readonly Story[], runId: string, shard?: RunShard): JournalEvent[] {
  const events: JournalEvent[] = [];
  const add = (at: number, event: RunEvent): void =>
    void events.push({ v: JOURNAL_VERSION, t: new Date(Date.UTC(2026, 2, 1) + at).toISOString(), ...event });
  add(0, {
    type: 'run-start',
    runId,
    matrix: 'm',
    version: '1',
    host: 'h',
    rerun: 'pmemrig run m {filter}',
    retries: 2,
    ...present({ shard }),
    cells: mine.map(planned),
    excluded: [],
  });
  add(1, { type: 'stage', stage: 'kernel k0', detail: '6.12', status: 'done', digest: 'd' });
  add(2, { type: 'note', text: 'kernel k0: the cached package is used' });
  for (const [place, story] of mine.entries()) playCell(story, all.indexOf(story), place + 1, add);
  add(all.length * 100 + 100, { type: 'run-end', reason: 'finished' });
  return events;
}

function playCell(
  { id, cell }: Story,
  number: number,
  guest: number,
  add: (at: number, event: RunEvent) => void,
): void {
  let at = 100 + number * 100;
  const next = (event: RunEvent): void => add(at++, event);
  next({ type: 'cell-start', cell: id });
  next({
    type: 'guest-boot',
    guest,
    cell: id,
    accelerator: 'tcg',
    kernelRelease: '6.12',
    bootMs: 1,
    console: `guests/${guest}/console.log`,
  });
  for (const [index, statuses] of cell.tests.entries()) {
    for (const [tried, status] of statuses.entries()) {
      const place = { cell: id, test: `fio/${index}`, attempt: tried + 1 };
      next({ type: 'test-start', ...place, guest });
      if (cell.problem)
        next({
          type: 'problem',
          ...place,
          guest,
          during: 'test',
          problem: {
            kind: 'warning',
            title: 'WARNING',
            signature: `warning: ${number % 3}`,
            lines: ['x'],
            truncated: false,
            fatal: false,
            blame: 'kernel',
          },
        });
      next({
        type: 'test-end',
        ...place,
        status,
        durationMs: 1,
        message: status,
        artifacts: [`cells/${number}/x.json`, `guests/${guest}/dmesg.log`],
      });
    }
  }
  if (cell.lost) next({ type: 'guest-end', guest, how: 'panic' });
  if (cell.ended) next({ type: 'cell-end', cell: id });
}

function summarize(events: Iterable<JournalEvent>): RunSummary {
  const fold = new RunFold();
  for (const event of events) fold.apply(event);
  return fold.summarize();
}

/** Guests have their numbers in the order of the parts; else two records of one run are the same. */
function withoutNumbers(summary: RunSummary): unknown {
  const text = JSON.stringify({ ...summary, guests: summary.guests.toSorted((a, b) => (a.cell < b.cell ? -1 : 1)) });
  return JSON.parse(
    text
      .replaceAll(/guests\/\d+\//g, 'guests/N/')
      .replaceAll(/"guest":\d+/g, '"guest":0')
      .replaceAll(/guest \d+ was lost/g, 'guest N was lost')
      .replaceAll(/"runId":"[^"]*"/g, '"runId":""'),
  );
}

async function merge(journals: readonly JournalEvent[][]): Promise<JournalEvent[]> {
  const parts: Part[] = [];
  for (const [index, events] of journals.entries()) parts.push(await surveyEvents(`/runs/${index}`, events));
  const plan = planMerge(parts);
  let guestOffset = 0;
  const merged: JournalEvent[] = [];
  const toMerge = parts.map((part, index) => {
    const one = { ...part, events: journals[index] ?? [], guestOffset };
    guestOffset += part.guests;
    return one;
  });
  for await (const event of mergeEvents('merged', plan, toMerge)) merged.push(event);
  return merged;
}

function shardsOf(all: readonly Story[], of: number): JournalEvent[][] {
  return Array.from({ length: of }, (_, position) => {
    const index = position + 1;
    const elsewhere = all.flatMap((story, at) =>
      story.shard === index ? [] : [{ shard: story.shard, at, cell: planned(story) }],
    );
    return play(
      all,
      all.filter(({ shard }) => shard === index),
      `shard-${index}`,
      { index, of, elsewhere },
    );
  });
}

test('shards put together are the run in one piece, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(stories, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), async (all, order) => {
      const whole = withoutNumbers(summarize(play(all, all, 'whole')));
      const shards = shardsOf(all, 3);
      expect(withoutNumbers(summarize(await merge(order.map((at) => shards[at] ?? []))))).toEqual(whole);
    }),
  );
});

test('no two guests have one number, and what names a guest’s file names it where it is now', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (all) => {
      const merged = await merge(shardsOf(all, 3));
      const boots = merged.filter((event) => event.type === 'guest-boot');
      expect(new Set(boots.map(({ guest }) => guest)).size).toBe(boots.length);
      for (const { guest, console } of boots) expect(console).toBe(`guests/${guest}/console.log`);
      const guestOf = new Map(boots.map(({ cell, guest }) => [cell, guest]));
      for (const event of merged)
        if (event.type === 'test-end') expect(event.artifacts?.[1]).toBe(`guests/${guestOf.get(event.cell)}/dmesg.log`);
    }),
  );
});

test('of a shard that is not there each test is unreached, with that as the reason', async () => {
  await fc.assert(
    fc.asyncProperty(stories, fc.integer({ min: 1, max: 3 }), async (all, gone) => {
      const { cells, ending } = summarize(await merge(shardsOf(all, 3).filter((_events, index) => index + 1 !== gone)));
      expect(cells.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      for (const story of all.filter(({ shard }) => shard === gone)) {
        for (const { outcome, message } of cells.find(({ id }) => id === story.id)?.tests ?? [])
          expect([outcome, message]).toEqual(['unreached', `shard ${gone}/3 is not among the merged runs`]);
      }
      expect(ending.reason).toBe('finished');
    }),
  );
});

const [a, b]: readonly Story[] = ['k/a/fio', 'k/b/fio'].map((id, index) => ({
  id,
  shard: index + 1,
  cell: { tests: [['pass']], problem: false, lost: false, ended: true },
}));
const both = [a, b].flatMap((story) => (story ? [story] : []));

function changeStart(
  events: readonly JournalEvent[],
  change: Partial<Extract<RunEvent, { type: 'run-start' }>>,
): JournalEvent[] {
  return events.map((event) => (event.type === 'run-start' ? { ...event, ...change } : event));
}

describe('runs that are no parts of one are refused:', () => {
  const [one = [], two = []] = shardsOf(both, 2);
  const [first = [], second = []] = both.map((story, index) => play(both, [story], `part-${index}`));
  test.each<[rule: string, parts: JournalEvent[][], message: RegExp]>([
    [
      'of different matrices',
      [first, changeStart(second, { matrix: 'other' })],
      /part-0 is a run of m, part-1 one of other/,
    ],
    ['the same one twice', [first, first], /part-0 is named twice/],
    [
      'with a cell in common',
      [first, changeStart(first, { runId: 'again' })],
      /both part-0 and again have the cell k\/a\/fio/,
    ],
    ['a shard and a whole run', [one, second], /part-1 was not run with --shard, and shard-1 was/],
    [
      'the same shard twice',
      [one, changeStart(one, { runId: 'again' })],
      /both shard-1 and again have the cell k\/a\/fio, as shard 1\/2 each/,
    ],
    ['shards of other divisions', [one, shardsOf(both, 3)[1] ?? []], /shard-1 is shard 1\/2, shard-2 shard 2\/3/],
    [
      'shards of other plans',
      [
        one,
        shardsOf(
          both.map((story) => ({ ...story, cell: { ...story.cell, tests: [['pass'], ['pass']] } })),
          2,
        )[1] ?? [],
      ],
      /shards of different plans: only one of them has k\/a\/fio as it is there/,
    ],
  ])('%s', async (_rule, parts, message) => expect(merge(parts)).rejects.toThrow(message));

  test('and those are merged that are', async () => {
    for (const parts of [
      [one, two],
      [first, second],
    ])
      expect(summarize(await merge(parts)).totals.pass).toBe(2);
  });
});

test('a run of which one part was interrupted or killed is no finished one', async () => {
  const [first = [], second = []] = shardsOf(both, 2);
  const ended = (reason: 'interrupted' | 'infra', message?: string): JournalEvent[] =>
    second.map((event) => (event.type === 'run-end' ? { ...event, reason, ...present({ message }) } : event));
  expect(summarize(await merge([first, ended('interrupted')])).ending).toEqual({ reason: 'interrupted' });
  expect(summarize(await merge([first, ended('infra', 'the disk is full')])).ending).toEqual({
    reason: 'infra',
    message: 'shard 2/2: the disk is full',
  });
  expect(summarize(await merge([first, second.slice(0, -1)])).ending.reason).toBe('cut-off');
});

test('the rig’s own words name a guest by its new number, those of a test stay as they are', async () => {
  const shards = shardsOf(both, 2).map((events) =>
    events.flatMap((event): JournalEvent[] =>
      event.type === 'test-end'
        ? [
            { ...event, test: 'guest/boot', message: 'guest 1 was booted for an earlier cell' },
            { ...event, message: 'guest 1 says no' },
          ]
        : [event],
    ),
  );
  const ends = (await merge(shards)).flatMap((event) =>
    event.type === 'test-end' ? [`${event.test}: ${event.message}`] : [],
  );
  expect(ends).toEqual([
    'guest/boot: guest 1 was booted for an earlier cell',
    'fio/0: guest 1 says no',
    'guest/boot: guest 2 was booted for an earlier cell',
    'fio/0: guest 1 says no',
  ]);
});

test('kernels that differ behind one name are reported', async () => {
  const [first = [], second = []] = shardsOf(both, 2);
  const other = second.map((event) => (event.type === 'stage' ? { ...event, detail: '6.12.1', digest: 'e' } : event));
  expect(summarize(await merge([first, other])).notes).toContain(
    'kernel k0 is not the same in all parts: 6.12 in shard 1/2, 6.12.1 in shard 2/2',
  );
});

test('what one controller did before its first event is no time of the merged run', async () => {
  const shards = shardsOf(both, 2).map((events) =>
    events.map((event) =>
      event.type === 'run-start' ? { ...event, phases: [{ phase: 'plan', ms: 9_000_000 }] } : event,
    ),
  );
  expect(summarize(await merge(shards)).time.spans.has('plan')).toBe(false);
});
