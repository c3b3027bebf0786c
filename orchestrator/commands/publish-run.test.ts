import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishRun } from './publish-run.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-publish-'));
  mkdirSync(join(dir, 'published'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function makeRun(id: string, bytes: number): string {
  const run = join(dir, id);
  mkdirSync(join(run, 'cells'), { recursive: true });
  writeFileSync(join(run, 'report.html'), 'x'.repeat(bytes));
  writeFileSync(join(run, 'cells', 'fio.json'), '{}');
  return run;
}

test('a run is published beside those before it, and is the latest', async () => {
  const target = join(dir, 'published');
  for (const id of ['1-a', '2-b']) await publishRun(makeRun(id, 10), target);
  expect(readdirSync(target).toSorted()).toEqual(['1-a', '2-b', 'latest']);
  expect(readlinkSync(join(target, 'latest'))).toBe('2-b');
  expect(readFileSync(join(target, 'latest', 'cells', 'fio.json'), 'utf8')).toBe('{}');
});

test('a run that was published already is not overwritten', async () => {
  const target = join(dir, 'published');
  await publishRun(makeRun('1-a', 10), target);
  await expect(publishRun(makeRun('1-a', 20), target)).rejects.toMatchObject({ name: 'InfraError', code: 'publish' });
  expect(readFileSync(join(target, '1-a', 'report.html'), 'utf8')).toHaveLength(10);
  expect(readdirSync(target).toSorted()).toEqual(['1-a', 'latest']);
});

test.runIf(process.getuid?.() === 0)('where the disk fills, what was there stays as it was, and nothing is left of what had no room', async () => {
  const target = join(dir, 'published');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', target]);
  try {
    await publishRun(makeRun('1-a', 10), target);
    await expect(publishRun(makeRun('2-b', 2 ** 20), target)).rejects.toMatchObject({ name: 'InfraError', code: 'publish' });
    expect(readdirSync(target).toSorted()).toEqual(['1-a', 'latest']);
    expect(readlinkSync(join(target, 'latest'))).toBe('1-a');
    await publishRun(makeRun('3-c', 10), target);
    expect(readlinkSync(join(target, 'latest'))).toBe('3-c');
  } finally {
    execFileSync('umount', [target]);
  }
});
