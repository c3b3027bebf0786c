import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InfraError } from '../../model/errors.ts';
import { writeOldRun } from '../../run/testing/write-old-run.ts';
import { pruneAfter } from './prune-after.ts';

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'pmemrig-prune-after-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true });
});

test.each([
  ['ended', async () => 1],
  ['could not be published', async () => Promise.reject(new InfraError('no space left', { code: 'publish' }))],
])('old runs go after a night that %s', async (_, night) => {
  const [old, latest] = [writeOldRun(runs, 1), writeOldRun(runs, 2)];
  symlinkSync(latest, join(runs, 'latest'));
  const ended = await pruneAfter(night, { keep: 0, days: 0, runs }).catch((error: unknown) => error);
  expect(ended === 1 || (ended instanceof InfraError && ended.code === 'publish')).toBe(true);
  expect([existsSync(join(runs, old)), existsSync(join(runs, latest))]).toEqual([false, true]);
});

test('old runs that cannot be removed leave the night as it was', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  writeOldRun(runs, 1);
  writeFileSync(join(runs, 'history'), '');
  expect(await pruneAfter(async () => 0, { keep: 0, days: 0, runs })).toBe(0);
  expect(write.mock.calls.join('')).toContain('old runs stay: ');
});
