import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GuestDeath } from '../../model/errors.ts';
import { JOURNAL_VERSION, type RunEvent } from '../../model/event.ts';
import { startCell } from '../queue/cell-queue.ts';
import { PastRun } from '../resume/past-run.ts';
import { startCellAgain } from '../resume/resume-run.ts';
import { fakeCell, fakeWorld, type Script } from '../testing/fake-world.ts';

const CELL = fakeCell('c', ['a', 'b', 'd']);
const PANIC = new GuestDeath('panic', 'the kernel panicked', 'Kernel panic');

interface Plan {
  readonly retries: number;
  readonly repeat: number;
  readonly split: number;
  readonly scripts: Readonly<Record<string, readonly Script[]>>;
  readonly boots: readonly (Error | 'ok')[];
}

/** What a controller adds to a journal until the cell has had all its rounds; with an empty one it begins. */
async function goOn(journal: readonly RunEvent[], plan: Plan): Promise<readonly RunEvent[]> {
  const past = new PastRun();
  for (const event of journal) past.apply({ v: JOURNAL_VERSION, t: '', ...event });
  const known = past.cells.get(CELL.id);
  const world = fakeWorld(plan);
  let guests = known?.guests ?? 0;
  for (let round = 1 + (known?.roundsEnded ?? 0); round <= plan.repeat; round += 1) {
    const start =
      journal.length === 0 ? startCell(CELL, round, guests) : startCellAgain(CELL, past, plan, round, guests);
    guests = await world.runCell(CELL, { start });
  }
  return world.events;
}

/** Attempts that begin or end though one of their number did so before. */
function findTwice(journal: readonly RunEvent[]): readonly string[] {
  const begun = new Set<string>();
  const ended = new Set<string>();
  const twice: string[] = [];
  for (const event of journal) {
    if (event.type !== 'test-start' && event.type !== 'test-end') continue;
    const key = `${event.test}#${event.attempt}`;
    if (ended.has(key) || (event.type === 'test-start' && begun.has(key))) twice.push(key);
    (event.type === 'test-start' ? begun : ended).add(key);
  }
  return twice;
}

function countEnded(journal: readonly RunEvent[], test: string): number {
  return journal.filter((event) => event.type === 'test-end' && event.test === test).length;
}

/** What a journal lacks of a run that came to its end; a journal in which little stands has no number twice either. */
function findMissing(journal: readonly RunEvent[], { repeat, boots }: Plan): readonly string[] {
  const rounds = journal.filter(({ type }) => type === 'cell-end').length;
  // Where guests do not come up, tests need not have run.
  const reached = boots.every((boot) => boot === 'ok') ? ['a', 'b', 'd'] : [];
  return [
    ...(rounds === repeat ? [] : [`${rounds} rounds of ${repeat}`]),
    ...reached.filter((test) => countEnded(journal, test) < repeat).map((test) => `${test} ran too seldom`),
  ];
}

const ORDINARY: Plan = { retries: 0, repeat: 1, split: 1, scripts: {}, boots: [] };

test.each<[string, Plan]>([
  ['tries again what failed', { ...ORDINARY, retries: 1, scripts: { a: [{ status: 'fail' }], b: [PANIC] } }],
  ['repeats its tests', { ...ORDINARY, repeat: 3, scripts: { b: [{ status: 'fail' }] } }],
  ['works with two guests', { ...ORDINARY, repeat: 2, split: 2 }],
])(
  'wherever the controller of a run that %s ends, and the next one too, no number of an attempt is given twice',
  async (_, plan) => {
    const whole = await goOn([], plan);
    expect([findTwice(whole), findMissing(whole, plan)]).toEqual([[], []]);
    for (let cut = 1; cut < whole.length; cut += 1) {
      const first = whole.slice(0, cut);
      const second = await goOn(first, plan);
      for (let again = 1; again <= second.length; again += 1) {
        const journal = [...first, ...second.slice(0, again)];
        const ended = [...journal, ...(again === second.length ? [] : await goOn(journal, plan))];
        expect([cut, again, findTwice(ended), findMissing(ended, plan)]).toEqual([cut, again, [], []]);
      }
    }
  },
);

test('whatever tests, boots and controllers come to, no number of an attempt is given twice', async () => {
  const script = fc.constantFrom<Script>(
    { status: 'pass' },
    { status: 'fail' },
    { status: 'skip' },
    { status: 'infra' },
    PANIC,
  );
  const scripts = fc.record({ a: fc.array(script, { maxLength: 4 }), b: fc.array(script, { maxLength: 4 }) });
  const often = fc.oneof(
    fc.record({ retries: fc.nat(2), repeat: fc.constant(1) }),
    fc.record({ retries: fc.constant(0), repeat: fc.integer({ min: 2, max: 3 }) }),
  );
  const plans = fc.record({
    often,
    split: fc.integer({ min: 1, max: 3 }),
    scripts,
    boots: fc.array(fc.constantFrom<Error | 'ok'>('ok', 'ok', PANIC), { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(plans, fc.array(fc.nat(1000), { maxLength: 4 }), async ({ often: counts, ...world }, cuts) => {
      const plan = { ...world, ...counts };
      let journal = await goOn([], plan);
      let kept = 0;
      for (const cut of cuts) {
        // What an earlier controller has written stays.
        kept += cut % (journal.length - kept + 1);
        journal = journal.slice(0, kept);
        journal = [...journal, ...(await goOn(journal, plan))];
      }
      expect([findTwice(journal), findMissing(journal, plan)]).toEqual([[], []]);
    }),
    { numRuns: 200 },
  );
});
