import { expect, test } from 'vitest';
import { RunFold } from '../../fold/fold.ts';
import { JournalBuilder, makeCell } from '../../testing/make-journal.ts';
import { renderFrame } from './live-frame.ts';
import { PLAIN } from './palette.ts';
import { createPlainReporter } from './plain.ts';

const CELLS = ['k/nvdimm/none/fio', 'k/virtio-pmem/none/fio'] as const;

function begin(repeat: number): JournalBuilder {
  return new JournalBuilder().start(
    CELLS.map((id) => makeCell(id, ['fio/a', 'fio/b'])),
    [],
    { repeat },
  );
}

function addRound(journal: JournalBuilder, cell: string, round: number): JournalBuilder {
  journal.add({ type: 'cell-start', cell }).boot(cell);
  for (const name of ['guest/boot', 'guest/pmem', 'fio/a', 'fio/b'])
    journal.test(cell, name, { status: 'pass' }, { attempt: round });
  return journal.add({ type: 'cell-end', cell });
}

/** What is said when another controller goes on. */
function resume(journal: JournalBuilder): string {
  const out: string[] = [];
  const reporter = createPlainReporter((text) => out.push(text), '/r', PLAIN);
  for (const event of journal.add({ type: 'resume', version: '0', host: 'h' }).events) reporter.onEvent(event);
  return out.at(-1) ?? '';
}

test('a run that goes on says how many of its tests are left', () => {
  const journal = addRound(begin(1), CELLS[0], 1).add({ type: 'cell-start', cell: CELLS[1] }).boot(CELLS[1]);
  for (const name of ['guest/boot', 'guest/pmem']) journal.test(CELLS[1], name, { status: 'pass' });
  journal.test(CELLS[1], 'fio/a', { status: 'fail' }).test(CELLS[1], 'fio/b', { status: 'infra' });
  // What the host failed at comes again, and so does the guest.
  expect(resume(journal)).toBe('pmemrig 0: resumes a run in which 3 of 8 tests are left\n');
});

test('of a cell that ended none is, though it did not come to all of them', () => {
  const journal = begin(1).add({ type: 'cell-start', cell: CELLS[0] }).add({ type: 'cell-end', cell: CELLS[0] });
  expect(resume(journal)).toContain('4 of 8 tests are left');
});

test('where tests are repeated each of their runs counts, before and after', () => {
  const journal = addRound(addRound(addRound(begin(3), CELLS[0], 1), CELLS[1], 1), CELLS[0], 2)
    .add({ type: 'cell-start', cell: CELLS[1] })
    .boot(CELLS[1]);
  journal
    .test(CELLS[1], 'guest/boot', { status: 'pass' }, { attempt: 2 })
    .test(CELLS[1], 'fio/a', { status: 'fail' }, { attempt: 2 });
  const fold = new RunFold();
  for (const event of journal.events) fold.apply(event);
  expect(renderFrame(fold, 0, { width: 200, height: 20 }, PLAIN).at(-1)).toContain('  13/24 test runs');
  expect(resume(journal)).toBe(
    'pmemrig 0: resumes a run in which 11 of 24 test runs are left: 8 tests, 3 times each\n',
  );
});
