import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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

test('a run that went on since it was published takes the place of its earlier copy', async () => {
  const target = join(dir, 'published');
  await publishRun(makeRun('1-a', 10), target);
  writeFileSync(join(target, '1-a', 'gone.html'), '');
  await publishRun(makeRun('1-a', 20), target);
  expect(readFileSync(join(target, '1-a', 'report.html'), 'utf8')).toHaveLength(20);
  expect(readdirSync(join(target, '1-a')).toSorted()).toEqual(['cells', 'report.html']);
  expect(readdirSync(target).toSorted()).toEqual(['1-a', 'latest']);
});

test('an older run that went on is not the latest', async () => {
  const target = join(dir, 'published');
  for (const id of ['1-a', '2-b', '1-a']) await publishRun(makeRun(id, 10), target);
  expect(readlinkSync(join(target, 'latest'))).toBe('2-b');
  rmSync(join(target, '2-b'), { recursive: true });
  await publishRun(makeRun('1-a', 10), target);
  expect(readlinkSync(join(target, 'latest'))).toBe('1-a');
});

test('what a publish that was killed left behind is no part of the next', async () => {
  const target = join(dir, 'published');
  for (const left of ['.1-a.tmp', '.1-a.old']) {
    mkdirSync(join(target, left));
    writeFileSync(join(target, left, 'half.html'), '');
  }
  symlinkSync('1-a', join(target, '.latest.1-a'));
  await publishRun(makeRun('1-a', 10), target);
  expect(readdirSync(target).toSorted()).toEqual(['1-a', 'latest']);
  expect(readdirSync(join(target, '1-a')).toSorted()).toEqual(['cells', 'report.html']);
});

test('a run that is resumed where it was published stays there', async () => {
  const run = makeRun('1-a', 10);
  await publishRun(run, dir);
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toHaveLength(10);
  expect(readlinkSync(join(dir, 'latest'))).toBe('1-a');
});

test.each(['file', '/proc/x'])(
  'where no folder can be made (%s) that is the error, and comes at once',
  async (path) => {
    writeFileSync(join(dir, 'file'), '');
    await expect(publishRun(makeRun('1-a', 10), resolve(dir, path))).rejects.toMatchObject({
      name: 'InfraError',
      code: 'publish',
      message: expect.stringMatching(/mkdir/),
    });
  },
);

test.runIf(process.getuid?.() === 0)(
  'where the disk fills, what was there stays as it was, and nothing is left of what had no room',
  async () => {
    const target = join(dir, 'published');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', target]);
    try {
      await publishRun(makeRun('1-a', 10), target);
      await expect(publishRun(makeRun('2-b', 2 ** 20), target)).rejects.toMatchObject({
        name: 'InfraError',
        code: 'publish',
      });
      expect(readdirSync(target).toSorted()).toEqual(['1-a', 'latest']);
      expect(readlinkSync(join(target, 'latest'))).toBe('1-a');
      await expect(publishRun(makeRun('1-a', 2 ** 20), target)).rejects.toMatchObject({
        name: 'InfraError',
        code: 'publish',
      });
      expect(readFileSync(join(target, 'latest', 'report.html'), 'utf8')).toHaveLength(10);
      // As a publish leaves it that was killed between its renames.
      renameSync(join(target, '1-a'), join(target, '.1-a.old'));
      await expect(publishRun(join(dir, '1-a'), target)).rejects.toMatchObject({ name: 'InfraError', code: 'publish' });
      expect(readFileSync(join(target, 'latest', 'report.html'), 'utf8')).toHaveLength(10);
      await publishRun(makeRun('3-c', 10), target);
      expect(readlinkSync(join(target, 'latest'))).toBe('3-c');
    } finally {
      execFileSync('umount', [target]);
    }
  },
);
