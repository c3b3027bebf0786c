import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../orchestrator/model/event.ts';
import { exitStatus } from '../facts/exit-status.ts';
import { RunFold } from './fold.ts';
import { computeGuestOutcome, computeOutcome, FAILURES, sumTotals } from './outcomes.ts';
import type { RunSummary } from './summary.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../testing/make-journal.ts';

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';

function begin(tests: readonly string[] = ['fio/a', 'fio/b']): JournalBuilder {
  return new JournalBuilder()
    .start([makeCell(CELL, tests)])
    .add({ type: 'cell-start', cell: CELL })
    .boot(CELL)
    .test(CELL, 'guest/boot', { status: 'pass' })
    .test(CELL, 'guest/pmem', { status: 'pass' });
}

function outcomes(summary: RunSummary): Record<string, string> {
  return Object.fromEntries(
    summary.cells.flatMap(({ tests }) =>
      tests.map(({ name, outcome, message }) => [name, message === undefined ? outcome : `${outcome}: ${message}`]),
    ),
  );
}

test('a cell that goes on in the guest of another has used it, and so has its kernel', () => {
  const other = 'debian-6.12/nvdimm/xfs-dax/fio';
  const journal = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a']), makeCell(other, ['fio/a'])])
    .boot(CELL, '6.12.9')
    .test(CELL, 'fio/a', { status: 'pass' })
    .test(other, 'fio/a', { status: 'pass' })
    .test(other, 'fio/b', { status: 'pass' });
  expect(journal.summarize().cells.map(({ guests }) => guests.map(({ kernelRelease }) => kernelRelease))).toEqual([
    ['6.12.9'],
    ['6.12.9'],
  ]);
});

describe('the outcome of all attempts', () => {
  test.each([
    [[], 'unreached'],
    [['pass'], 'pass'],
    [['fail', 'pass'], 'flaky'],
    [['crash', 'pass'], 'flaky'],
    [['crash', 'fail'], 'crash'],
    [['fail', 'hang', 'fail'], 'hang'],
    [['infra', 'pass'], 'pass'],
    [['infra', 'fail'], 'fail'],
    [['infra', 'infra'], 'infra'],
    [['fail', 'skip'], 'fail'],
    [['skip'], 'skip'],
    [['pass', 'fail'], 'flaky'],
    [['pass', 'skip'], 'skip'],
  ] as const)('%j is %s', (statuses, outcome) => expect(computeOutcome(statuses)).toBe(outcome));

  test('is never green when nothing passed, nor red when nothing failed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('pass', 'fail', 'skip', 'crash', 'hang', 'infra')), (statuses) => {
        const outcome = computeOutcome(statuses);
        const green = outcome === 'pass' || outcome === 'flaky';
        const red = FAILURES.has(outcome) || outcome === 'flaky';
        expect(!green || statuses.includes('pass')).toBe(true);
        expect(!red || statuses.some((status) => FAILURES.has(status))).toBe(true);
      }),
    );
  });
});

describe('the outcome of a test that each guest of a cell has', () => {
  const retried = true;
  test.each([
    ['pass', [{ status: 'pass' }, { status: 'pass' }]],
    ['fail', [{ status: 'fail' }, { status: 'pass' }]],
    ['fail', [{ status: 'pass' }, { status: 'fail' }]],
    ['crash', [{ status: 'fail' }, { status: 'crash' }, { status: 'pass' }]],
    ['flaky', [{ status: 'crash', retried }, { status: 'pass' }]],
    ['flaky', [{ status: 'pass' }, { status: 'crash', retried }, { status: 'pass' }]],
    ['crash', [{ status: 'crash', retried }, { status: 'crash' }]],
    ['crash', [{ status: 'crash', retried }]],
    ['pass', [{ status: 'skip' }, { status: 'pass' }]],
    ['pass', [{ status: 'pass' }, { status: 'skip' }]],
    ['skip', [{ status: 'skip' }]],
    ['infra', [{ status: 'infra' }, { status: 'pass' }]],
    ['pass', [{ status: 'infra', retried }, { status: 'pass' }]],
  ] as const)('%s: %j', (outcome, attempts) => expect(computeGuestOutcome(attempts)).toBe(outcome));
});

describe('a run', () => {
  test('has its planned tests in order, then those found while running', () => {
    const names = makeMixedRun()
      .summarize()
      .cells[3]?.tests.map(({ name, parent }) => [name, parent]);
    expect(names).toEqual([
      ['guest/boot', undefined],
      ['guest/pmem', undefined],
      ['repro/run', undefined],
      ['repro/run/case 1', 'repro/run'],
      ['repro/run/case 2', 'repro/run'],
    ]);
  });

  test('counts each test once, whatever its attempts', () => {
    const summary = makeMixedRun().summarize();
    expect(summary.totals).toEqual({
      pass: 10,
      fail: 1,
      flaky: 1,
      skip: 1,
      crash: 1,
      hang: 1,
      infra: 1,
      unreached: 1,
      excluded: 1,
    });
    expect(sumTotals(summary.totals)).toBe(
      summary.cells.flatMap(({ tests }) => tests).length + summary.excluded.length,
    );
  });

  test('keeps every attempt', () => {
    const retried = makeMixedRun().summarize().cells[1]?.tests[3];
    expect(retried?.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 'fail'],
      [2, 'hang'],
    ]);
  });

  test('says of a flaky test how often it failed, and why', () => {
    const fail = { status: 'fail', message: 'bad magic' } as const;
    const journal = begin(['fio/a'])
      .test(CELL, 'fio/a', fail)
      .test(CELL, 'fio/a', { status: 'infra' }, { attempt: 2 })
      .test(CELL, 'fio/a', fail, { attempt: 3 })
      .test(CELL, 'fio/a', { status: 'pass' }, { attempt: 4 });
    expect(outcomes(journal.summarize())['fio/a']).toBe('flaky: failed 2 of 3 attempts: bad magic');
  });

  test('that finds a cell or test not planned keeps it', () => {
    const summary = begin([]).test('other/cell', 'x/y', { status: 'fail', message: 'no' }).summarize();
    expect(summary.cells.map(({ id }) => id)).toEqual([CELL, 'other/cell']);
    expect(summary.totals.fail).toBe(1);
  });

  test('shows the same one event at a time as at once', () => {
    const fold = new RunFold();
    for (const event of makeMixedRun().events) {
      fold.apply(event);
      const summary = fold.summarize();
      expect(sumTotals(summary.totals)).toBe(
        summary.cells.flatMap(({ tests }) => tests).length + summary.excluded.length,
      );
    }
    expect(fold.summarize()).toEqual(makeMixedRun().summarize());
    expect(fold.work.settledSec).toBe(fold.work.totalSec);
  });

  test('in which everything failed at length keeps excerpts within its budget', () => {
    const journal = begin(['fio/a']).test(CELL, 'fio/a', {
      status: 'fail',
      message: 'x',
      evidence: `first${'y'.repeat(2 ** 20)}last`,
    });
    const evidence = journal.summarize().cells[0]?.tests[2]?.attempts[0]?.evidence ?? '';
    expect(evidence.length).toBeLessThan(66 * 1024);
    expect(evidence).toMatch(/^first[^]*983049 characters left out[^]*last$/);
  });
});

function killed(): JournalBuilder {
  return begin()
    .test(CELL, 'fio/a', { status: 'pass' })
    .add({ type: 'test-start', cell: CELL, test: 'fio/b', attempt: 1 }, 1000);
}

function resumed(): JournalBuilder {
  return killed()
    .add({ type: 'resume', version: '0.1.0', host: 'rig-1' }, 3_600_000)
    .add({ type: 'cell-start', cell: CELL })
    .boot(CELL)
    .test(CELL, 'guest/boot', { status: 'pass' }, { attempt: 2 });
}

describe('a resumed run', () => {
  test('has each test once, the one that was cut off too', () => {
    const summary = resumed()
      .test(CELL, 'fio/b', { status: 'pass' }, { attempt: 2 })
      .add({ type: 'cell-end', cell: CELL })
      .add({ type: 'run-end', reason: 'finished' })
      .summarize();
    expect(outcomes(summary)).toEqual({ 'guest/boot': 'pass', 'guest/pmem': 'pass', 'fio/a': 'pass', 'fio/b': 'pass' });
    expect(exitStatus(summary)).toBe(0);
  });

  test('took the time that its controllers worked', () => {
    const summary = resumed().add({ type: 'cell-end', cell: CELL }).summarize();
    expect(summary.durationMs).toBeLessThan(60_000);
    expect(summary.cells[0]?.durationMs).toBeLessThan(60_000);
  });

  test('is not over before its last controller is, and has nothing left in flight', () => {
    const journal = killed()
      .add({ type: 'run-end', reason: 'interrupted' })
      .add({ type: 'resume', version: '0.1.0', host: 'rig-1' });
    expect(journal.summarize().ending.reason).toBe('cut-off');
    expect(outcomes(journal.summarize())['fio/b']).toBe(
      'unreached: the controller was killed, or is still at work, before it began',
    );
  });
});

function addRound(journal: JournalBuilder, attempt: number, status: 'pass' | 'fail'): void {
  journal
    .add({ type: 'cell-start', cell: CELL }, 60_000)
    .boot(CELL)
    .test(CELL, 'fio/a', { status }, { attempt })
    .add({ type: 'cell-end', cell: CELL });
}

function repeated(...statuses: ('pass' | 'fail')[]): JournalBuilder {
  const journal = new JournalBuilder().start(
    [{ ...makeCell(CELL, []), tests: [{ name: 'fio/a', estimateSec: 10 }] }],
    [],
    { repeat: statuses.length },
  );
  for (const [index, status] of statuses.entries()) addRound(journal, index + 1, status);
  return journal.add({ type: 'run-end', reason: 'finished' });
}

/** Wall time and the time that passed, in seconds since the run began. */
function play(ends: readonly (readonly [wallSec: number, upSec: number, event: RunEvent])[]): RunSummary {
  const fold = new RunFold();
  const origin = 5_000_000;
  for (const [wallSec, upSec, event] of ends)
    fold.apply({
      v: 3,
      t: new Date(Date.UTC(2026, 2, 1) + wallSec * 1000).toISOString(),
      up: origin + upSec * 1000,
      ...event,
    });
  return fold.summarize();
}

describe('a run whose host sets its clock', () => {
  const [start] = killed().events;
  if (start?.type !== 'run-start') throw new Error('no run-start');
  const { v: _v, t: _t, ...began } = start;
  const cellStart = { type: 'cell-start', cell: CELL } as const;
  const cellEnd = { type: 'cell-end', cell: CELL } as const;
  const resume = { type: 'resume', version: '0.1.0', host: 'rig-1' } as const;
  const end = { type: 'run-end', reason: 'finished' } as const;

  test.each([
    ['forward by an hour', 3600],
    ['back by a day', -86_400],
  ])('%s took the time that passed', (_how, set) => {
    const summary = play([
      [0, 0, began],
      [10, 10, cellStart],
      [100 + set, 100, cellEnd],
      [145 + set, 145, end],
    ]);
    expect(summary.durationMs).toBe(145_000);
    expect(summary.cells[0]?.durationMs).toBe(90_000);
  });

  test('takes what each controller worked, each by its own clock', () => {
    const summary = play([
      [0, 0, began],
      [10, 10, cellStart],
      [30, 30, { type: 'note', text: 'x' }],
      [9000, 3, resume],
      [9001, 4, cellStart],
      [9011 + 3600, 14, cellEnd],
      [9012 + 3600, 15, end],
    ]);
    expect(summary.durationMs).toBe(30_000 + 12_000);
    expect(summary.cells[0]?.durationMs).toBe(20_000 + 11_000);
  });
});

describe('a run that repeats its tests', () => {
  test('calls one flaky that passed in some rounds, in any order, and is no success then', () => {
    const summary = repeated('pass', 'pass', 'fail').summarize();
    expect(outcomes(summary)).toEqual({ 'fio/a': 'flaky: failed 1 of 3 attempts' });
    expect(exitStatus(summary)).toBe(1);
    expect(exitStatus(repeated('pass', 'pass').summarize())).toBe(0);
  });

  test('counts only the time of its rounds for a cell, and progress by rounds', () => {
    const fold = new RunFold();
    const seen: number[] = [];
    for (const event of repeated('pass', 'fail', 'pass').events) {
      fold.apply(event);
      if (event.type === 'cell-end') seen.push(fold.work.settledSec);
    }
    expect(seen).toEqual([10, 20, 30]);
    expect(fold.work.totalSec).toBe(30);
    expect(fold.summarize().cells[0]?.durationMs).toBe(3 * (7400 + 2000));
  });

  test('goes on, when it is resumed, with what is left of all rounds', () => {
    const fold = new RunFold();
    for (const event of repeated('pass', 'pass').add({ type: 'resume', version: '0', host: 'h' }).events)
      fold.apply(event);
    expect(fold.work).toEqual({ totalSec: 0, settledSec: 0 });
  });
});

describe('an unreached test says why', () => {
  test.each([
    [
      'the guest died',
      begin()
        .test(CELL, 'fio/a', { status: 'crash', message: 'oops' })
        .add({ type: 'guest-end', guest: 1, how: 'panic', detail: 'Fatal exception' })
        .add({ type: 'cell-end', cell: CELL })
        .add({ type: 'run-end', reason: 'finished' }),
      'guest 1 was lost (panic): Fatal exception',
    ],
    [
      'the run was interrupted',
      begin().test(CELL, 'fio/a', { status: 'pass' }).add({ type: 'run-end', reason: 'interrupted' }),
      'the run was interrupted before it began',
    ],
    [
      'it was interrupted',
      begin()
        .add({ type: 'test-start', cell: CELL, test: 'fio/b', attempt: 1 })
        .add({ type: 'run-end', reason: 'interrupted' }),
      'the run was interrupted while it ran',
    ],
    [
      'the controller was killed',
      begin().add({ type: 'test-start', cell: CELL, test: 'fio/b', attempt: 1 }),
      'the controller was killed, or is still at work, while it ran',
    ],
    [
      'another test ended the cell',
      begin()
        .test(CELL, 'fio/a', { status: 'infra', message: 'disk full' })
        .add({ type: 'cell-end', cell: CELL })
        .add({ type: 'run-end', reason: 'finished' }),
      'fio/a ended as infra',
    ],
    [
      'the rig gave up',
      new JournalBuilder()
        .start([makeCell(CELL, ['fio/b'])])
        .add({ type: 'run-end', reason: 'infra', message: 'no QEMU' }),
      'the run ended early: no QEMU',
    ],
    [
      'its cell was stopped for a reason',
      begin()
        .test(CELL, 'fio/a', { status: 'crash', message: 'oops' })
        .add({ type: 'guest-end', guest: 1, how: 'panic' })
        .add({ type: 'cell-end', cell: CELL, reason: 'the cell used up its 20 guests' })
        .add({ type: 'run-end', reason: 'interrupted' }),
      'the cell used up its 20 guests',
    ],
    [
      'its cell never came',
      new JournalBuilder().start([makeCell(CELL, ['fio/b'])]).add({ type: 'run-end', reason: 'finished' }),
      'the cell was never started',
    ],
  ])('%s', (_, journal, reason) => expect(outcomes(journal.summarize())['fio/b']).toBe(`unreached: ${reason}`));
});

describe('the exit status', () => {
  const done = { type: 'run-end', reason: 'finished' } as const;
  const one = (): JournalBuilder => begin(['fio/a']);
  test.each([
    [0, 'all passed', one().test(CELL, 'fio/a', { status: 'pass' }).add(done)],
    [0, 'a skip with its reason', one().test(CELL, 'fio/a', { status: 'skip', message: 'no libpmem' }).add(done)],
    [
      0,
      'a flaky test',
      one().test(CELL, 'fio/a', { status: 'fail' }).test(CELL, 'fio/a', { status: 'pass' }, { attempt: 2 }).add(done),
    ],
    [1, 'a failure', one().test(CELL, 'fio/a', { status: 'fail' }).add(done)],
    [1, 'a hang', one().test(CELL, 'fio/a', { status: 'hang' }).add(done)],
    [1, 'a crash that leaves others unreached', begin().test(CELL, 'fio/a', { status: 'crash' }).add(done)],
    [
      1,
      'a failure beside an infra error',
      begin().test(CELL, 'fio/a', { status: 'fail' }).test(CELL, 'fio/b', { status: 'infra' }).add(done),
    ],
    [3, 'an infra error', one().test(CELL, 'fio/a', { status: 'infra' }).add(done)],
    [3, 'a test never reached', one().add(done)],
    [3, 'a killed controller', one().test(CELL, 'fio/a', { status: 'pass' })],
    [
      130,
      'an interrupted run, also after a failure',
      one().test(CELL, 'fio/a', { status: 'fail' }).add({ type: 'run-end', reason: 'interrupted' }),
    ],
  ])('%i: %s', (status, _, journal) => expect(exitStatus(journal.summarize())).toBe(status));
});
