import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalBuilder, makeCell } from '../../testing/make-journal.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { compareRuns } from '../../verdicts/compare-runs.ts';
import { writeComparison } from '../../verdicts/comparison-file.ts';
import { AlarmCounts } from './alarm-counts.ts';

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';
const BEGUN = new JournalBuilder().start([makeCell(CELL, ['fio/a'])]);
const WHOLE = new JournalBuilder()
  .start([makeCell(CELL, ['fio/a'])])
  .boot(CELL)
  .test(CELL, 'fio/a', { status: 'pass' })
  .summarize();

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'pmemrig-alarms-'))));
afterEach(() => rmSync(dir, { recursive: true }));

async function shorten(now: RunSummary): ReturnType<AlarmCounts['read']> {
  await writeComparison(
    dir,
    compareRuns(WHOLE, now, () => []),
  );
  return new AlarmCounts().read(dir);
}

test('a run that reached no test is unknown', async () => {
  expect(await shorten(BEGUN.summarize())).toEqual({ alarms: 0, isUnknown: true });
  expect(await shorten(WHOLE)).toEqual({ alarms: 0, isUnknown: false });
});

test('a run without a baseline has no comparison', async () => {
  expect(await new AlarmCounts().read(dir)).toBeUndefined();
});
