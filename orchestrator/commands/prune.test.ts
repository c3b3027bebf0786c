import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeOldRun } from '../run/testing/write-old-run.ts';
import { pruneCommand } from './prune.ts';

let runs: string;
let printed: () => string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'pmemrig-prune-'));
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  printed = () => String(write.mock.lastCall?.[0]);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true });
});

test('it is shown how many runs went, and how many are there', async () => {
  const prune = async (dryRun: boolean, keep = 0): Promise<string> => {
    await pruneCommand({ keep, days: 0, dryRun, runs });
    return printed();
  };
  expect(await prune(false)).toBe('no runs to prune\n');
  const ids = [1, 2, 3].map((day) => writeOldRun(runs, day));
  symlinkSync(ids.at(-1) ?? '', join(runs, 'latest'));
  expect(await prune(false, 3)).toBe('3 runs kept, none pruned\n');
  expect(await prune(true, 3)).toBe('3 runs kept, none to prune\n');
  expect(await prune(true)).toBe('2 runs would be pruned, 1 kept\n');
  expect(await prune(false)).toBe('2 runs pruned, 1 kept\n');
  expect(await prune(false)).toBe('1 run kept, none pruned\n');
});
