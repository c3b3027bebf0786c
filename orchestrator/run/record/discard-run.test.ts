import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { discardRun } from './discard-run.ts';
import { JOURNAL_FILE } from './journal-writer.ts';
import { createRunFolder, pointLatestAt } from './run-folder.ts';

const fail = (line: string): never => {
  throw new Error(line);
};

async function newRuns(): Promise<string> {
  const runs = await mkdtemp(join(tmpdir(), 'pmemrig-discard-'));
  onTestFinished(() => rm(runs, { recursive: true }));
  return runs;
}

async function addRun(runs: string, stamp: string): Promise<string> {
  const { dir, id } = await createRunFolder(runs, 'once', new Date(stamp));
  await writeFile(join(dir, JOURNAL_FILE), '{}\n');
  return id;
}

test('a run in which nothing ran is gone, and latest is the newest of the others', async () => {
  const runs = await newRuns();
  await mkdir(join(runs, 'history'));
  const older = await addRun(runs, '2026-03-01T10:00:00Z');
  const newer = await addRun(runs, '2026-03-02T10:00:00Z');
  const own = await addRun(runs, '2026-03-03T10:00:00Z');
  await discardRun(join(runs, own), fail);
  expect((await readdir(runs)).toSorted()).toEqual([older, newer, 'history', 'latest'].toSorted());
  expect(await readlink(join(runs, 'latest'))).toBe(newer);
});

test('the first run leaves no latest behind', async () => {
  const runs = await newRuns();
  await discardRun(join(runs, await addRun(runs, '2026-03-01T10:00:00Z')), fail);
  expect(await readdir(runs)).toEqual([]);
});

test('a run that began meanwhile stays the latest', async () => {
  const runs = await newRuns();
  const own = await addRun(runs, '2026-03-01T10:00:00Z');
  const other = await addRun(runs, '2026-02-01T10:00:00Z');
  await pointLatestAt(runs, other);
  await discardRun(join(runs, own), fail);
  expect(await readlink(join(runs, 'latest'))).toBe(other);
});

test('what keeps it there is logged, and no error of its own', async () => {
  const runDir = join(await newRuns(), '20260301-100000-once');
  const lines: string[] = [];
  await discardRun(runDir, (line) => lines.push(line));
  expect(lines).toEqual([expect.stringContaining(`${runDir}, in which nothing ran, could not be removed: `)]);
});
