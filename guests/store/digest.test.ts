import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digestFile, digestOf } from './digest.ts';

test('a digest depends on where one part ends and the next begins', () => {
  expect(digestOf('ab', 'c')).not.toBe(digestOf('a', 'bc'));
});

test('a file that changed in place has another digest, even a remembered one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'digest-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, 'file');
  await writeFile(path, 'one');
  await utimes(path, 1, 1);
  const first = await digestFile(path, dir);
  expect(await digestFile(path, dir)).toBe(first);
  await writeFile(path, 'two');
  await utimes(path, 1, 1);
  expect(await digestFile(path, dir)).not.toBe(first);
});
