import { basename, dirname } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { summarizeRun } from '../../reports/fold/summarize-run.ts';
import { JournalBuilder, makeCell } from '../../reports/testing/make-journal.ts';
import { compareRuns } from '../../reports/verdicts/compare-runs.ts';
import { removeComparison, writeComparison } from '../../reports/verdicts/comparison-file.ts';
import { claimRun } from '../run/record/claim-run.ts';
import { reportCommand } from './report.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  vi.stubEnv('GITHUB_ACTIONS', '');
});

/** A run whose one test fails, as it did before; the run before had another cell beside it. */
async function makeRun() {
  const dir = await new JournalBuilder()
    .start([{ ...makeCell(CELL, []), tests: [{ name: 'fio/a', estimateSec: 1 }] }])
    .boot(CELL)
    .test(CELL, 'fio/a', { status: 'fail', message: 'EIO' })
    .add({ type: 'run-end', reason: 'finished' })
    .write();
  const now = await summarizeRun(dir);
  const [cell] = now.cells;
  if (!cell) throw new Error('no cell');
  const comparison = compareRuns(
    { ...now, runId: 'before', cells: [cell, { ...cell, id: 'debian-6.1/nvdimm/none/fio' }] },
    now,
    () => [],
  );
  const report = async (): Promise<number> => reportCommand(basename(dir), { runs: dirname(dir) });
  return { dir, comparison, report };
}

test('the exit status is that of the run: by its verdicts, by them and what a whole run has lost, or by itself', async () => {
  const { dir, comparison, report } = await makeRun();
  await writeComparison(dir, comparison);
  expect(await report()).toBe(0);
  await writeComparison(dir, { ...comparison, whole: true });
  expect(await report()).toBe(3);
  await writeComparison(dir, { ...comparison, aside: true });
  expect(await report()).toBe(1);
  await removeComparison(dir);
  expect(await report()).toBe(1);
});

test('a run that goes on is called running, and no way to resume it is offered', async () => {
  const dir = await new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])])
    .boot(CELL)
    .test(CELL, 'guest/boot', { status: 'pass' })
    .write();
  await claimRun(dir, () => undefined);
  await reportCommand(basename(dir), { runs: dirname(dir) });
  expect(printed.join('')).toContain('Still running, 1 of 3 tests.');
  expect(printed.join('')).not.toMatch(/controller was killed|--resume|unreached/);
});
