import { expect, test } from 'vitest';
import { asRunning } from './as-running.ts';
import { renderHtml } from '../formats/html/page.ts';
import { renderMarkdown } from '../formats/markdown/summary-markdown.ts';
import { rerunLines } from './rerun-command.ts';
import { formatFinalReport } from '../formats/terminal/final-report.ts';
import { JournalBuilder, makeCell } from '../testing/make-journal.ts';
import type { RunSummary } from '../fold/summary.ts';

const [FIRST, SECOND, THIRD] = [
  'debian-6.1/nvdimm/none/fio',
  'debian-6.12/nvdimm/none/fio',
  'debian-6.12/virtio-pmem/none/fio',
] as const;

/** One cell ended and left a gap, one goes on, one has not begun. */
function makeRun({ failed = false } = {}): RunSummary {
  const journal = new JournalBuilder().start([
    makeCell(FIRST, ['fio/a', 'fio/b']),
    makeCell(SECOND, ['fio/a', 'fio/b']),
    makeCell(THIRD, ['fio/a']),
  ]);
  for (const cell of [FIRST, SECOND]) {
    journal.add({ type: 'cell-start', cell }).boot(cell);
    for (const name of ['guest/boot', 'guest/pmem', 'fio/a'])
      journal.test(cell, name, failed && name === 'fio/a' ? { status: 'fail', message: 'EIO' } : { status: 'pass' });
    if (cell === FIRST) journal.add({ type: 'cell-end', cell, reason: 'no guest is left to the cell' });
  }
  journal.add({ type: 'test-start', cell: SECOND, test: 'fio/b', attempt: 1, guest: 2 });
  return journal.summarize();
}

test('what is still to come is no gap, what a cell ended without is one', () => {
  const { ending, totals, cells } = asRunning(makeRun());
  expect(ending).toEqual({ reason: 'running', message: '6 of 11 tests' });
  expect(totals).toMatchObject({ pass: 6, unreached: 1 });
  expect(cells.map(({ id, tests }) => [id, tests.map(({ name, outcome }) => `${name} ${outcome}`).at(-1)])).toEqual([
    [FIRST, 'fio/b unreached'],
    [SECOND, 'fio/a pass'],
  ]);
});

test('a run that has ended, or has no controller, is what its journal says', () => {
  const cut = makeRun();
  expect(asRunning(cut, false)).toBe(cut);
  const finished = new JournalBuilder()
    .start([makeCell(FIRST, [])])
    .add({ type: 'run-end', reason: 'finished' })
    .summarize();
  expect(asRunning(finished)).toBe(finished);
});

test.each([false, true])('no report of it speaks of an end or of going on (failed: %s)', (failed) => {
  const running = asRunning(makeRun({ failed }));
  for (const text of [
    formatFinalReport(running, '/runs/r').join('\n'),
    renderMarkdown(running),
    [...renderHtml(running)].join(''),
  ]) {
    expect(text).toContain('running, 6 of 11 tests');
    expect(text).not.toMatch(/controller was killed|--resume|4 unreached|5 unreached|never started|before it began/);
  }
  expect(rerunLines(running)).toEqual([]);
});
