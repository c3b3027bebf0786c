import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeIfChanged } from './write-if-changed.ts';

async function oldFile(content: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'write-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, 'apt.conf');
  await writeFile(path, content);
  await utimes(path, 1, 1);
  return path;
}

test('a file that says the same keeps its time, by which apt judges its cache', async () => {
  const path = await oldFile('same');
  await writeIfChanged(path, 'same');
  expect((await stat(path)).mtimeMs).toBe(1000);
});

test('a reader who has the old file open keeps it whole, and nothing is left beside the new one', async () => {
  const path = await oldFile('old');
  const before = await stat(path);
  await writeIfChanged(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).ino).not.toBe(before.ino);
  expect(await readdir(join(path, '..'))).toStrictEqual(['apt.conf']);
});
