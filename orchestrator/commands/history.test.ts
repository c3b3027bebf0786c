import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JournalBuilder, makeCell } from '../../reports/testing/make-journal.ts';
import { claimRun } from '../run/record/claim-run.ts';
import { findRun } from '../run/record/find-run.ts';
import { historyCommand } from './history.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';

let runs: string;
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), 'pmemrig-history-'))));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true });
});

/** A run whose journal has no end. */
function writeRun(day: number): string {
  const runId = `2026030${day}-100000-smoke`;
  const text = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])])
    .test(CELL, 'fio/a', { status: 'pass' })
    .text();
  mkdirSync(join(runs, runId));
  writeFileSync(
    join(runs, runId, 'events.jsonl'),
    text.replaceAll('2026-03-01', `2026-03-0${day}`).replace('20260301-100000-smoke', runId),
  );
  return join(runs, runId);
}

test('the list of runs parts those that go on from those that were cut off', async () => {
  writeRun(1);
  await claimRun(writeRun(2), () => undefined);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await historyCommand(undefined, { last: 10, runs })).toBe(0);
  expect(write.mock.calls.join('')).toMatch(
    /^20260302-100000-smoke .*  running, 1 of 3 tests\n20260301-100000-smoke .*  cut-off\n$/,
  );
});

test('a run that was removed is listed as such, and whoever names it is shown that', async () => {
  const gone = writeRun(1);
  writeRun(2);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await historyCommand(undefined, { last: 10, runs });
  rmSync(gone, { recursive: true });
  write.mockClear();
  expect(await historyCommand(undefined, { last: 10, runs })).toBe(0);
  expect(write.mock.calls.join('')).toMatch(
    /^20260302-100000-smoke .*  cut-off\n20260301-100000-smoke .*  cut-off  removed\n$/,
  );
  for (const name of ['20260301-100000-smoke', gone, `${gone}/`]) {
    expect(() => findRun(name, runs)).toThrow(
      expect.objectContaining({
        code: 'run-removed',
        message: 'the run 20260301-100000-smoke was removed: only what its tests came to is left, in the history',
        remedy: expect.stringContaining('pmemrig pin RUN NAME'),
      }),
    );
  }
  expect(() => findRun('20260303-100000-smoke', runs)).toThrow(expect.objectContaining({ code: 'no-run' }));
  expect(() => findRun('/nowhere/20260301-100000-smoke', runs)).toThrow(expect.objectContaining({ code: 'no-run' }));
});
