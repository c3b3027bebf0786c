import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ownFile, writeAnew } from './own-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'own-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await mkdir(join(dir, 'source', 'arch'), { recursive: true });
  await writeFile(join(dir, 'secret'), 'secret');
});

test("a file of the build's own is taken", async () => {
  await writeFile(join(dir, 'source', 'arch', 'bzImage'), 'x');
  expect(await ownFile(join(dir, 'source'), 'arch/bzImage')).toBe(join(dir, 'source', 'arch', 'bzImage'));
});

test.each([
  ['a link', async () => symlink('../secret', join(dir, 'source', 'vmlinux')), 'vmlinux'],
  ['a file behind a linked folder', async () => symlink('..', join(dir, 'source', 'out')), 'out/secret'],
  ['a folder', async () => undefined, 'arch'],
  ['nothing', async () => undefined, 'none'],
])('%s is refused as what the kernel did', async (_, make, name) => {
  await make();
  await expect(ownFile(join(dir, 'source'), name)).rejects.toMatchObject({
    name: 'KernelError',
    message: expect.stringContaining(name) as string,
  });
});

test('what is written anew replaces a link and leaves what it names', async () => {
  await symlink('../secret', join(dir, 'source', '.config'));
  await writeAnew(join(dir, 'source', '.config'), 'CONFIG_A=y\n');
  expect([await readFile(join(dir, 'source', '.config'), 'utf8'), await readFile(join(dir, 'secret'), 'utf8')]).toEqual(
    ['CONFIG_A=y\n', 'secret'],
  );
});

test('what is written anew as a program can be run', async () => {
  await writeFile(join(dir, 'tool'), '', { mode: 0o600 });
  await writeAnew(join(dir, 'tool'), '#!/bin/sh\n', 0o755);
  expect((await stat(join(dir, 'tool'))).mode & 0o100).toBe(0o100);
});
