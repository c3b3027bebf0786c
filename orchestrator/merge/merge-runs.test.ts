import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalBuilder, makeCell } from '../../reports/testing/make-journal.ts';
import { summarizeRun } from '../../reports/fold/summarize-run.ts';
import { claimRun } from '../run/record/claim-run.ts';
import { readResumedRun } from '../run/resume/resume-run.ts';
import { mergeRuns } from './merge-runs.ts';

const matrix = {
  name: 'm',
  kernels: [{ name: 'k' }],
  images: [{ name: 'bookworm' }],
  pmem: [{ name: 'nvdimm' }],
  filesystems: [{ name: 'one' }, { name: 'two' }],
  suites: [{ name: 'fio', kind: 'fio' }],
  guest: {},
};

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pmemrig-merge-'));
});
afterEach(async () => rm(root, { recursive: true }));

/** A run of one cell in one guest, with a file of each. */
async function makeRun(name: string, { torn = false, finished = true } = {}): Promise<string> {
  const cell = `k/nvdimm/${name}/fio`;
  const journal = new JournalBuilder();
  journal.add({
    type: 'run-start',
    runId: name,
    matrix: 'm',
    version: '1',
    host: 'h',
    rerun: 'pmemrig run m {filter}',
    cells: [makeCell(cell, ['fio/a'])],
    excluded: [],
  });
  journal.add({ type: 'cell-start', cell }).add({
    type: 'guest-boot',
    guest: 1,
    cell,
    accelerator: 'tcg',
    kernelRelease: '6.12',
    bootMs: 1,
    console: 'guests/1/console.log',
  });
  journal.test(cell, 'fio/a', { status: 'pass' });
  if (finished) journal.add({ type: 'run-end', reason: 'finished' });
  const dir = join(root, name);
  await mkdir(join(dir, 'guests', '1'), { recursive: true });
  await mkdir(join(dir, 'cells', `k+nvdimm+${name}+fio`, 'deep'), { recursive: true });
  await writeFile(join(dir, 'events.jsonl'), journal.text({ torn }));
  await writeFile(
    join(dir, 'run.json'),
    JSON.stringify({ id: name, purpose: { kind: 'alone', whole: false }, matrix }),
  );
  await writeFile(join(dir, 'guests', '1', 'console.log'), `console of ${name}`);
  await writeFile(join(dir, 'guests', '1', 'pmem0.img'), 'large');
  await writeFile(join(dir, 'cells', `k+nvdimm+${name}+fio`, 'deep', 'a.json'), name);
  return dir;
}

test('the merged run has the files of all, each guest’s under its new number, and its reports can be made', async () => {
  const parts = [await makeRun('one'), await makeRun('two')];
  const { dir } = await mergeRuns(parts, { runs: join(root, 'merged') });
  const { guests, totals } = await summarizeRun(dir);
  expect(totals.pass).toBe(2);
  for (const [index, name] of ['one', 'two'].entries()) {
    expect(await readFile(join(dir, guests[index]?.console ?? ''), 'utf8')).toBe(`console of ${name}`);
    expect(await readFile(join(dir, 'cells', `k+nvdimm+${name}+fio`, 'deep', 'a.json'), 'utf8')).toBe(name);
  }
  expect(await readdir(join(dir, 'guests', '2'))).toEqual(['console.log']);
  const facts: unknown = JSON.parse(await readFile(join(dir, 'run.json'), 'utf8'));
  expect(facts).toMatchObject({ matrix: { name: 'm' }, parts: ['one', 'two'] });
  expect(facts).not.toHaveProperty('purpose');
  expect(join(root, 'merged', await readlink(join(root, 'merged', 'latest')))).toBe(dir);
  // The parts are as they were, and no byte is there twice.
  expect((await stat(join(root, 'one', 'guests', '1', 'console.log'))).nlink).toBe(2);
  expect(await readdir(join(root, 'one'))).toEqual(['cells', 'events.jsonl', 'guests', 'run.json']);
});

test('a torn journal is merged as far as it goes, and that is said', async () => {
  const { dir } = await mergeRuns([await makeRun('one'), await makeRun('two', { torn: true })], { runs: root });
  const { ending, notes } = await summarizeRun(dir);
  expect(ending.reason).toBe('cut-off');
  expect(notes).toEqual([expect.stringMatching(/^events\.jsonl:\d+: the last line was torn and is left out$/)]);
});

test('a merged run of which a part was cut off can be resumed, in the guests after all others', async () => {
  const { dir } = await mergeRuns([await makeRun('one'), await makeRun('two', { finished: false })], { runs: root });
  const { plan, lastGuest } = await readResumedRun(dir, () => undefined);
  // Neither cell has its end in these journals.
  expect(plan.cells.map(({ id }) => id)).toEqual(['k/nvdimm/one/fio', 'k/nvdimm/two/fio']);
  expect(lastGuest).toBe(2);
});

test('what cannot be merged leaves nothing behind', async () => {
  const parts = [await makeRun('one'), await makeRun('two')];
  await writeFile(
    join(root, 'two', 'events.jsonl'),
    `${JSON.stringify({ v: 99, t: '2026-01-01T00:00:00.000Z', type: 'run-start' })}\n`,
  );
  await expect(mergeRuns(parts, { runs: root })).rejects.toMatchObject({ name: 'UserError', code: 'newer-journal' });
  await writeFile(join(root, 'two', 'events.jsonl'), 'no journal\nat all\n');
  await expect(mergeRuns(parts, { runs: root })).rejects.toMatchObject({ name: 'UserError', code: 'foreign-line' });
  await expect(mergeRuns([join(root, 'one')], { runs: root, name: 'one' })).rejects.toMatchObject({
    name: 'UserError',
    code: 'run-exists',
  });
  await writeFile(join(root, 'file'), '');
  await expect(mergeRuns([join(root, 'one')], { runs: join(root, 'file') })).rejects.toMatchObject({
    name: 'InfraError',
    code: 'merge-write',
  });
  expect((await readdir(root)).toSorted()).toEqual(['file', 'one', 'two']);
});

test('a run on which a pmemrig of this host still works is waited for, one that has ended is not', async () => {
  const [busy, done] = [await makeRun('one', { finished: false }), await makeRun('two')];
  for (const dir of [busy, done]) await claimRun(dir, () => undefined);
  await expect(mergeRuns([busy, done], { runs: root })).rejects.toMatchObject({ name: 'UserError', code: 'run-busy' });
  await expect(mergeRuns([done], { runs: root, name: 'alone' })).resolves.toMatchObject({ dir: join(root, 'alone') });
});
