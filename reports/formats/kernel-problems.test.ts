import { expect, test } from 'vitest';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import type { LockdepCoverage } from '../../orchestrator/model/lockdep.ts';
import { renderHtml } from './html/page.ts';
import { renderMarkdown } from './markdown/summary-markdown.ts';
import { formatFinalReport } from './terminal/final-report.ts';
import { JournalBuilder, makeCell } from '../testing/make-journal.ts';

const SPLAT: KernelProblem = {
  kind: 'lockdep-circular',
  title: 'WARNING: possible circular locking dependency detected',
  signature: 'lockdep-circular: A / B',
  lines: [
    'WARNING: possible circular locking dependency detected',
    ' pmem_submit_bio+0x1/0x2 (drivers/nvdimm/pmem.c:210) <evil>',
  ],
  truncated: false,
  fatal: false,
  blame: 'kernel',
};
const COVERED: LockdepCoverage = {
  covered: true,
  classes: 1600,
  dependencies: 9000,
  chains: 12_000,
  grown: { classes: 2, dependencies: 40, chains: 90 },
};
const CELL = 'lockdep-6.1/nvdimm/ext4-dax/fio';

function makeRun() {
  const journal = new JournalBuilder();
  journal.start([makeCell(CELL, ['fio/a', 'fio/b'])]).boot(CELL);
  const place = { type: 'problem', cell: CELL, guest: 1, attempt: 1 } as const;
  journal.add({ ...place, test: 'fio/a', during: 'test', problem: SPLAT, file: 'cells/x/problems/1.txt' });
  journal.add({
    type: 'test-end',
    cell: CELL,
    test: 'fio/a',
    attempt: 1,
    status: 'fail',
    durationMs: 1,
    lockdep: { ...COVERED, covered: false, reason: 'lockdep turned itself off during the test' },
  });
  journal.add({
    ...place,
    test: 'fio/b',
    during: 'gap',
    problem: { ...SPLAT, signature: 'warning: old', kind: 'warning', title: 'WARNING: old' },
    known: { reason: 'reported', link: 'https://example.org' },
  });
  journal.add({ ...place, test: 'fio/b', during: 'test', problem: SPLAT });
  journal.add({
    type: 'test-end',
    cell: CELL,
    test: 'fio/b',
    attempt: 1,
    status: 'pass',
    durationMs: 1,
    lockdep: COVERED,
  });
  return journal.add({ type: 'cell-end', cell: CELL }).add({ type: 'run-end', reason: 'finished' }).summarize();
}

test('a problem seen twice is one entry with its first place; a known one is kept apart', () => {
  const { problems } = makeRun();
  expect(
    problems.map(({ kind, count, first, known }) => [kind, count, first.test, first.during, known?.reason]),
  ).toEqual([
    ['lockdep-circular', 2, 'fio/a', 'test', undefined],
    ['warning', 1, 'fio/b', 'gap', 'reported'],
  ]);
});

test("lockdep's coverage counts tests and names those that taught it most", () => {
  expect(makeRun().lockdep).toEqual([
    expect.objectContaining({
      covered: 1,
      uncovered: 1,
      classes: 1600,
      grew: [
        { cell: CELL, test: 'fio/a', dependencies: 40, chains: 90 },
        { cell: CELL, test: 'fio/b', dependencies: 40, chains: 90 },
      ],
    }),
  ]);
});

test('every report says both', () => {
  const summary = makeRun();
  const terminal = formatFinalReport(summary, '/runs/x').join('\n');
  expect(terminal).toContain(
    '✗ lockdep-circular  WARNING: possible circular locking dependency detected  2 times, first in fio/a of lockdep-6.1',
  );
  expect(terminal).toContain('    signature: lockdep-circular: A / B');
  expect(terminal).toContain(
    'lockdep on lockdep-6.1: 1 of 2 test runs covered; 1,600 classes, 9,000 dependencies, 12,000 chains',
  );
  const markdown = renderMarkdown(summary);
  expect(markdown).toContain('## Kernel problems\n\n- **lockdep-circular** `WARNING: possible circular');
  expect(markdown).toContain('known: reported https://example.org');
  expect(markdown).toContain('## Lockdep coverage');
  const page = [...renderHtml(summary)].join('');
  expect(page).toContain('drivers/nvdimm/pmem.c:210');
  expect(page).not.toContain('<evil>');
  expect(page).toContain('Lockdep coverage');
});
