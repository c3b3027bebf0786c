import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makePublishFolder, openPublishFolder } from './publish-folder.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'pmemrig-publish-folder-'))));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

test('the folder is made with those above it, and nothing is left of the trial', async () => {
  const target = join(dir, 'www', 'pmem');
  expect(await openPublishFolder(target)).toBe(target);
  expect(readdirSync(target)).toEqual([]);
  writeFileSync(join(target, 'index.html'), '');
  symlinkSync(target, join(dir, 'link'));
  expect(await openPublishFolder(join(dir, 'link'))).toBe(join(dir, 'link'));
  expect(readdirSync(target)).toEqual(['index.html']);
});

test.each([
  ['a file', 'file'],
  ['below a file', 'file/www'],
  ['a link to nowhere', 'nowhere'],
  ['where the kernel makes files alone', '/proc/x'],
  ['further down there', '/proc/x/y'],
  ['a folder that takes no files', '/proc/self'],
])('%s is refused before anything is run', async (_, path) => {
  writeFileSync(join(dir, 'file'), 'mine');
  symlinkSync(join(dir, 'no', 'such'), join(dir, 'nowhere'));
  const target = path.startsWith('/') ? path : join(dir, path);
  await expect(openPublishFolder(target)).rejects.toMatchObject({
    name: 'UserError',
    code: 'bad-publish',
    position: { file: target },
  });
  expect(statSync(join(dir, 'file')).size).toBe(4);
});

test('two that make it at once both find it made', async () => {
  await Promise.all([1, 2, 3, 4].map(async () => makePublishFolder(join(dir, 'a', 'b', 'c'))));
  expect(existsSync(join(dir, 'a', 'b', 'c'))).toBe(true);
});

test.runIf(process.getuid?.() === 0)(
  'one that is full is reported, for there may be room by the end of the night; one that is read-only is refused',
  async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const target = join(dir, 'tiny');
    mkdirSync(target);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=2', 'tmpfs', target]);
    try {
      writeFileSync(join(target, 'last'), '');
      expect(await openPublishFolder(target)).toBe(target);
      expect(write.mock.calls.join('')).toContain('tiny is full');
      execFileSync('mount', ['-o', 'remount,ro', target]);
      await expect(openPublishFolder(target)).rejects.toMatchObject({ code: 'bad-publish' });
    } finally {
      execFileSync('umount', [target]);
    }
  },
);
