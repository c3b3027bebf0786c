import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asNormalUser } from './testing/as-normal-user.ts';
import { describeError, explainRefusal, InfraError } from './errors.ts';
import { findRefusal } from './file-refusal.ts';
import { makeDir } from './make-dir.ts';
import { ownFolders } from './own-folders.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'refusal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What the rig does first in a folder of its own, and what is then said of it. */
async function refusalBelow(path: string, variable = 'PMEMRIG_CACHE') {
  const error = await makeDir(join(path, 'kernels'))
    .then(async () => writeFile(join(path, 'kernels', 'x'), 'x'.repeat(64_000)))
    .catch((thrown: unknown) => thrown);
  return findRefusal(error, ownFolders({ [variable]: path }));
}

test.each([
  ['PMEMRIG_CACHE', 'The cache'],
  ['PMEMRIG_RUNS', 'The folder of runs'],
])('%s names the folder and is what the remedy says', async (variable, name) => {
  writeFileSync(join(dir, 'file'), '');
  expect(await refusalBelow(join(dir, 'file'), variable)).toEqual({
    message: `${name}, ${dir}/file, cannot be used: ${dir}/file is a file, not a folder`,
    code: 'unusable-folder',
    remedy: `mend that, or let ${variable} name another folder, which this user may write to`,
  });
});

test('the variable that put it there is the one to change', async () => {
  writeFileSync(join(dir, 'file'), '');
  const error = await makeDir(join(dir, 'file', 'pmemrig', 'kernels')).catch((thrown: unknown) => thrown);
  expect(findRefusal(error, ownFolders({ XDG_CACHE_HOME: join(dir, 'file') }))).toMatchObject({
    remedy: expect.stringContaining('XDG_CACHE_HOME') as string,
  });
});

test('temporary files are moved by TMPDIR, and what does not exist is named', async () => {
  const error = await mkdtemp('/nonexistent/x/pmemrig-mails-').catch((thrown: unknown) => thrown);
  const folders = ownFolders({ PMEMRIG_CACHE: '/c', PMEMRIG_RUNS: '/r' }).map((folder) =>
    folder.variable === 'TMPDIR' ? { ...folder, path: '/nonexistent/x' } : folder,
  );
  expect(findRefusal(error, folders)).toMatchObject({
    message: 'The folder of temporary files, /nonexistent/x, cannot be used: /nonexistent does not exist',
    remedy: expect.stringContaining('TMPDIR') as string,
  });
});

test('a file system without files is said to be one, and does not hang', async () => {
  expect(await refusalBelow('/proc/pmemrig')).toMatchObject({
    message: 'The cache, /proc/pmemrig, cannot be used: that file system keeps no files',
    code: 'unusable-folder',
  });
  expect(await refusalBelow('/sys/pmemrig')).toMatchObject({
    message: expect.stringMatching(/keeps no files|does not permit|read-only/) as string,
  });
});

test('links in a circle and names too long', async () => {
  symlinkSync('loop', join(dir, 'loop'));
  expect(await refusalBelow(join(dir, 'loop'))).toMatchObject({ message: expect.stringContaining('circle') as string });
  expect(await refusalBelow(join(dir, 'x'.repeat(300)))).toMatchObject({
    message: expect.stringContaining('too long') as string,
  });
});

test('a folder of another user', async () => {
  const theirs = join(dir, 'theirs');
  mkdirSync(theirs);
  const refusal = await asNormalUser([dir, theirs], async () => refusalBelow(join(theirs, 'mine')));
  expect(refusal).toMatchObject({ message: expect.stringContaining('permission denied') as string });
});

// Only root can mount.
describe.runIf(process.getuid?.() === 0)('file systems that refuse', () => {
  afterEach(() => execFileSync('umount', [dir]));

  test.each([
    ['ro', /: the file system is read-only$/, 'unusable-folder'],
    ['size=16k', /: the disk is full \(0 MiB free\)$/, 'disk-full'],
    ['nr_inodes=2', /the disk has no room for another file \(0 inodes free\)$/, 'disk-full'],
  ])('mounted with %s', async (options, message, code) => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir]);
    expect(await refusalBelow(dir)).toMatchObject({ message: expect.stringMatching(message) as string, code });
  });
});

test("a quota is not a full disk, and what is not the rig's own folder is left alone", () => {
  const error = Object.assign(new Error('EDQUOT: disk quota exceeded, mkdir'), {
    code: 'EDQUOT',
    syscall: 'mkdir',
    path: '/c/kernels',
  });
  expect(findRefusal(error, ownFolders({ PMEMRIG_CACHE: '/c' }))).toMatchObject({
    message: expect.stringContaining("this user's quota of disk space is used up") as string,
    code: 'disk-full',
    remedy: expect.stringMatching(/^free some space there, or let PMEMRIG_CACHE/) as string,
  });
  expect(
    findRefusal(Object.assign(error, { path: '/elsewhere' }), ownFolders({ PMEMRIG_CACHE: '/c', PMEMRIG_RUNS: '/r' })),
  ).toBeUndefined();
  expect(findRefusal(new Error('x'))).toBeUndefined();
});

test('wherever such an error is shown, it is the host that is blamed, without a stack', () => {
  const error = Object.assign(new Error('EACCES: permission denied, mkdir'), {
    code: 'EACCES',
    syscall: 'mkdir',
    path: join(tmpdir(), 'pmemrig-mails-x'),
  });
  expect(explainRefusal(error)).toBeInstanceOf(InfraError);
  expect(describeError(error)).toMatch(/^The folder of temporary files, .*: permission denied\n {2}fix: [^\n]+$/);
});

const refusalOf = async (action: (cache: string) => Promise<unknown>) =>
  findRefusal(
    await action(dir).catch((error: unknown) => error),
    ownFolders({ PMEMRIG_CACHE: dir, PMEMRIG_RUNS: '/r' }),
  );

describe('what lies in an own folder that can be used', () => {
  test.each<[string, (cache: string) => Promise<unknown>]>([
    ['a missing file', async (cache) => readFile(join(cache, 'kernels', 'vmlinux'))],
    [
      'a file that is taken for a folder',
      async (cache) => (await writeFile(join(cache, 'x'), ''), readFile(join(cache, 'x', 'y'))),
    ],
    [
      'a file that is there already',
      async (cache) => (await writeFile(join(cache, 'x'), ''), writeFile(join(cache, 'x'), '', { flag: 'wx' })),
    ],
    ['a folder that is there already', async (cache) => (await mkdir(join(cache, 'x')), mkdir(join(cache, 'x')))],
    ['a program that is missing', async (cache) => promisify(execFile)(join(cache, 'make'))],
    [
      'a program that runs in a missing folder',
      async (cache) => promisify(execFile)('true', { cwd: join(cache, 'x') }),
    ],
  ])('%s is no refusal of the folder', async (_, action) => expect(await refusalOf(action)).toBeUndefined());

  test('a file where the rig needs a folder is one', async () => {
    expect(
      await refusalOf(
        async (cache) => (await writeFile(join(cache, 'kernels'), ''), makeDir(join(cache, 'kernels', 'k'))),
      ),
    ).toMatchObject({ message: expect.stringContaining(`${dir}/kernels is a file, not a folder`) as string });
  });
});

test.each(['bzImage', 'mine/pmemrig-x', '../pmemrig-x'])('%s in $TMPDIR is not of the rig', (name) => {
  expect(
    findRefusal(
      Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: join(tmpdir(), name) }),
      ownFolders({ PMEMRIG_CACHE: '/c', PMEMRIG_RUNS: '/r' }),
    ),
  ).toBeUndefined();
});
