import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JournalBuilder, makeCell } from '../../reports/testing/make-journal.ts';
import { InfraError } from '../model/errors.ts';
import { pruneAfter } from './prune-after.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'pmemrig-prune-after-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true });
});

function writeRun(day: number): string {
  const runId = `2026030${day}-100000-smoke`;
  const text = new JournalBuilder().start([makeCell(CELL, ['fio/a'])]).test(CELL, 'fio/a', { status: 'fail', message: 'lost' }).add({ type: 'run-end', reason: 'finished' }).text();
  mkdirSync(join(runs, runId));
  writeFileSync(join(runs, runId, 'events.jsonl'), text.replaceAll('2026-03-01', `2026-03-0${day}`).replace('20260301-100000-smoke', runId));
  return runId;
}

test.each([
  ['ended', async () => 1],
  ['could not be published', async () => Promise.reject(new InfraError('no space left', { code: 'publish' }))],
])('old runs go after a night that %s', async (_, night) => {
  const [old, latest] = [writeRun(1), writeRun(2)];
  symlinkSync(latest, join(runs, 'latest'));
  const ended = await pruneAfter(night, { keep: 0, days: 0, runs }).catch((error: unknown) => error);
  expect(ended === 1 || (ended instanceof InfraError && ended.code === 'publish')).toBe(true);
  expect([existsSync(join(runs, old)), existsSync(join(runs, latest))]).toEqual([false, true]);
});

test('old runs that cannot be removed leave the night as it was', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  writeRun(1);
  writeFileSync(join(runs, 'history'), '');
  expect(await pruneAfter(async () => 0, { keep: 0, days: 0, runs })).toBe(0);
  expect(write.mock.calls.join('')).toContain('old runs stay: ');
});
