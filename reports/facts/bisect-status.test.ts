import { expect, test } from 'vitest';
import type { AttemptStatus } from '../../orchestrator/model/outcome.ts';
import { bisectStatus } from './bisect-status.ts';
import { JournalBuilder, makeCell } from '../testing/make-journal.ts';

function run(status: AttemptStatus, reason: 'finished' | 'interrupted' | 'infra' = 'finished') {
  const cell = 'k/nvdimm/ext4-dax/fio';
  const journal = new JournalBuilder();
  journal.start([makeCell(cell, ['fio/a'])]).boot(cell);
  journal
    .test(cell, 'guest/boot', { status: 'pass' })
    .test(cell, 'guest/pmem', { status: 'pass' })
    .test(cell, 'fio/a', { status })
    .test(cell, 'guest/close', { status: 'pass' });
  return journal.add({ type: 'run-end', reason }).summarize();
}

test.each([
  ['pass', 0],
  ['fail', 1],
  ['crash', 1],
  ['hang', 1],
  ['infra', 125],
  ['skip', 125],
] as const)('a commit whose test ends as %s exits %d', (status, exit) => expect(bisectStatus(run(status))).toBe(exit));

test('an interruption stops the bisection, a rig that gave up skips the commit', () => {
  expect(bisectStatus(run('pass', 'interrupted'))).toBe(130);
  expect(bisectStatus(run('pass', 'infra'))).toBe(125);
});

test('a kernel that does not compile skips the commit, though its cells fail', () => {
  const cell = 'k/nvdimm/ext4-dax/fio';
  const journal = new JournalBuilder().start([makeCell(cell, ['fio/a'])]);
  journal.add({ type: 'stage', stage: 'kernel k', detail: 'the kernel does not compile', status: 'failed' });
  journal.test(cell, 'guest/boot', { status: 'fail' }).add({ type: 'run-end', reason: 'finished' });
  expect(bisectStatus(journal.summarize())).toBe(125);
});

test('a pass that lockdep did not watch is no verdict', () => {
  const cell = 'k/nvdimm/ext4-dax/fio';
  const coverage = { classes: 1, dependencies: 1, chains: 1, grown: { classes: 0, dependencies: 0, chains: 0 } };
  const end = (covered: boolean) => {
    const journal = new JournalBuilder().start([makeCell(cell, ['fio/a'])]).boot(cell);
    for (const name of ['guest/boot', 'guest/pmem', 'guest/close']) journal.test(cell, name, { status: 'pass' });
    journal.add({
      type: 'test-end',
      cell,
      test: 'fio/a',
      attempt: 1,
      status: 'pass',
      durationMs: 1,
      lockdep: { ...coverage, covered },
    });
    return bisectStatus(journal.add({ type: 'run-end', reason: 'finished' }).summarize());
  };
  expect([end(true), end(false)]).toEqual([0, 125]);
});
