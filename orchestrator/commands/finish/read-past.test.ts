import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { summarizeRun } from '../../../reports/fold/summarize-run.ts';
import { makeMixedRun } from '../../../reports/testing/make-journal.ts';
import { readPast } from './read-past.ts';

const CELL = 'debian-6.12/virtio-pmem/xfs-dax/fio';
let runs: string;

beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'pmemrig-past-'));
});

afterEach(async () => {
  await rm(runs, { recursive: true });
});

/** A run folder whose journal says that it ran on a day of March 2026. */
async function addRun(day: number): Promise<string> {
  const runDir = join(runs, `202603${day}-100000-smoke`);
  await mkdir(runDir);
  await writeFile(join(runDir, 'events.jsonl'), makeMixedRun().text().replaceAll('2026-03-01', `2026-03-${day}`));
  return runDir;
}

test('a run in a folder of runs has the tests of the runs before it, and not its own', async () => {
  await addRun(10);
  const runDir = await addRun(11);
  await addRun(12);
  await symlink(runDir, join(runs, 'latest'));
  const past = await readPast(runDir, await summarizeRun(runDir));
  expect(
    past?.(CELL, 'fio/dax-mmap-randwrite').map(({ outcome, run }) => [outcome, run.startedAt.slice(0, 10)]),
  ).toEqual([['crash', '2026-03-10']]);
});

test('a run that was copied elsewhere has none, and nothing is left beside it', async () => {
  const runDir = await addRun(10);
  expect(await readPast(runDir, await summarizeRun(runDir))).toBeUndefined();
  expect(await readdir(runs)).toEqual(['20260310-100000-smoke']);
});

test('the first run of a folder has an empty past, for which no history is opened', async () => {
  const runDir = await addRun(10);
  await symlink(runDir, join(runs, 'latest'));
  const past = await readPast(runDir, await summarizeRun(runDir));
  expect(past?.(CELL, 'fio/dax-mmap-randwrite')).toEqual([]);
  expect((await readdir(runs)).toSorted()).toEqual(['20260310-100000-smoke', 'latest']);
});

test('a page is made without history where that cannot be read', async () => {
  const runDir = await addRun(10);
  await writeFile(join(runs, 'history'), 'no folder');
  expect(await readPast(runDir, await summarizeRun(runDir))).toBeUndefined();
});
