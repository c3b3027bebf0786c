import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JournalBuilder, makeCell } from '../testing/make-journal.ts';
import { type Profile, profileRun, UNACCOUNTED } from './profile.ts';

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';
const BOOT = { cell: CELL, test: 'guest/boot', attempt: 1 };

const begin = (): JournalBuilder => new JournalBuilder().start([makeCell(CELL, ['fio/a'])]);

function wallOf({ rows }: Profile): Record<string, number> {
  return Object.fromEntries(rows.map(({ phase, wallMs }) => [phase, wallMs]));
}

const sumOf = ({ rows }: Profile): number => rows.reduce((sum, { wallMs }) => sum + wallMs, 0);

/** One guest, one test. */
function makeRun(): JournalBuilder {
  return begin()
    .add({ type: 'stage', stage: 'kernel k', detail: '', status: 'start' }, 5)
    .add({ type: 'stage', stage: 'kernel k', detail: '10 %', status: 'start' }, 10)
    .add({ type: 'stage', stage: 'kernel k', detail: 'v', status: 'done' }, 50)
    .add({ type: 'cell-start', cell: CELL }, 30)
    .add({ type: 'test-start', ...BOOT, waitedMs: 20 })
    .add(
      {
        type: 'test-end',
        ...BOOT,
        status: 'pass',
        durationMs: 1000,
        phases: [
          { phase: 'QEMU start', ms: 100 },
          { phase: 'kernel to init', ms: 800 },
        ],
      },
      1000,
    )
    .add({ type: 'test-start', cell: CELL, test: 'guest/pmem', attempt: 1, guest: 1 }, 1)
    .add({ type: 'test-end', cell: CELL, test: 'guest/pmem', attempt: 1, status: 'pass', durationMs: 200 }, 250)
    .add({ type: 'test-start', cell: CELL, test: 'fio/a', attempt: 1, guest: 1 }, 40)
    .add({ type: 'test-end', cell: CELL, test: 'fio/a', attempt: 1, status: 'pass', durationMs: 300 }, 320)
    .add({ type: 'test-start', cell: CELL, test: 'guest/close', attempt: 1, guest: 1 }, 2)
    .add({ type: 'test-end', cell: CELL, test: 'guest/close', attempt: 1, status: 'pass', durationMs: 90 }, 90)
    .add({ type: 'guest-end', guest: 1, how: 'disposed' }, 150)
    .add({ type: 'run-end', reason: 'finished' });
}

test('each ms of a run with one guest is in one phase, or in none', () => {
  const profile = profileRun(makeRun().summarize(), [{ phase: 'write reports', ms: 60 }]);
  expect(wallOf(profile)).toEqual({
    'prepare kernel k': 60,
    'wait for room': 20,
    'QEMU start': 100,
    'kernel to init': 800,
    'hear the kernel out': 100 + 50 + 20,
    'guest/pmem': 200,
    'set the suite up': 40,
    tests: 300,
    'between tests': 2,
    'guest/close': 90,
    'let the guest go': 150,
    'write reports': 60,
    [UNACCOUNTED]: 5 + 10 + 1,
  });
  expect(profile.wallMs).toBe(2008);
  expect(sumOf(profile)).toBe(2008);
  expect(profile.firstTestMs).toBe(1386);
});

test('the phases before the first event count, and those of a controller that resumed the run', () => {
  const journal = new JournalBuilder().start([makeCell(CELL, ['fio/a'])], [], {
    phases: [{ phase: 'start and load code', ms: 600 }],
  });
  journal.add({ type: 'test-start', cell: CELL, test: 'fio/a', attempt: 1, guest: 1 });
  const phases = [{ phase: 'start and load code', ms: 500 }];
  journal.add({ type: 'resume', version: '1', host: 'h', phases }, 3_600_000);
  const profile = profileRun(journal.test(CELL, 'fio/a', { status: 'pass' }, { durationMs: 70 }).summarize());
  // The hour without a controller, and the test that it cut off, are no time of the run.
  expect(wallOf(profile)).toEqual({ 'start and load code': 1100, tests: 70, [UNACCOUNTED]: 0 });
  expect(profile.rows[0]).toMatchObject({ count: 2, sumMs: 1100, medianMs: 550, maxMs: 600 });
});

test('of a journal that knows no phases of its boots a boot is one', () => {
  const journal = begin()
    .add({ type: 'test-start', ...BOOT })
    .boot(CELL);
  const profile = profileRun(journal.add({ type: 'test-end', ...BOOT, status: 'pass', durationMs: 7400 }).summarize());
  expect(wallOf(profile)).toEqual({ 'guest/boot': 7400, [UNACCOUNTED]: 0 });
});

test('phases that go on side by side share the time', () => {
  const journal = begin()
    .add({ type: 'stage', stage: 'kernel k', detail: '', status: 'start' })
    .add({ type: 'stage', stage: 'image i', detail: '', status: 'start' }, 2)
    .add({ type: 'stage', stage: 'image i', detail: '', status: 'done' }, 10)
    .add({ type: 'stage', stage: 'kernel k', detail: '', status: 'done' }, 90);
  expect(profileRun(journal.summarize()).rows).toMatchObject([
    { phase: 'prepare kernel k', wallMs: 97, sumMs: 102 },
    { phase: 'prepare image i', wallMs: 5, sumMs: 10 },
    { phase: UNACCOUNTED, wallMs: 0 },
  ]);
});

test('the rows add up to the whole, however many guests overlap', () => {
  const step = fc.record({ guest: fc.integer({ min: 1, max: 4 }), after: fc.nat(50), late: fc.nat(10) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const journal = begin();
      const since = new Map<number, number>();
      let now = 0;
      for (const [attempt, { guest, after, late }] of steps.entries()) {
        const at = { cell: CELL, test: `fio/${guest}`, attempt: guest };
        now += after;
        const began = since.get(guest);
        if (began === undefined) {
          since.set(guest, now);
          journal.add({ type: 'test-start', ...at, guest }, after);
        } else {
          since.delete(guest);
          const durationMs = Math.max(0, now - began - late);
          journal.add({ type: 'test-end', ...at, status: 'pass', durationMs, message: String(attempt) }, after);
        }
      }
      const profile = profileRun(journal.summarize());
      expect(sumOf(profile)).toBeCloseTo(profile.wallMs, 6);
      for (const { wallMs, sumMs } of profile.rows) expect(wallMs).toBeLessThanOrEqual(sumMs + 1e-6);
    }),
  );
});
