import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JournalBuilder, makeCell } from '../../reports/testing/make-journal.ts';
import { pruneCommand } from './prune.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';

let runs: string;
let told: () => string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'pmemrig-prune-'));
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  told = () => String(write.mock.lastCall?.[0]);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true });
});

/** One that failed: a green one stays. */
function writeRun(day: number): string {
  const runId = `2026030${day}-100000-smoke`;
  const text = new JournalBuilder().start([makeCell(CELL, ['fio/a'])]).test(CELL, 'fio/a', { status: 'fail', message: 'lost' }).add({ type: 'run-end', reason: 'finished' }).text();
  mkdirSync(join(runs, runId));
  writeFileSync(join(runs, runId, 'events.jsonl'), text.replaceAll('2026-03-01', `2026-03-0${day}`).replace('20260301-100000-smoke', runId));
  return runId;
}

test('it is told how many runs went, and how many are there', async () => {
  const prune = async (dryRun: boolean, keep = 0): Promise<string> => {
    await pruneCommand({ keep, days: 0, dryRun, runs });
    return told();
  };
  expect(await prune(false)).toBe('no runs to prune\n');
  const ids = [1, 2, 3].map(writeRun);
  symlinkSync(ids.at(-1) ?? '', join(runs, 'latest'));
  expect(await prune(false, 3)).toBe('3 runs kept, none pruned\n');
  expect(await prune(true, 3)).toBe('3 runs kept, none to prune\n');
  expect(await prune(true)).toBe('2 runs would be pruned, 1 kept\n');
  expect(await prune(false)).toBe('2 runs pruned, 1 kept\n');
  expect(await prune(false)).toBe('1 run kept, none pruned\n');
});
