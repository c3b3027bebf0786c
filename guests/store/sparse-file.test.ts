import { mkdtemp, open, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findDamage } from './entry-sums.ts';
import { copySparse, hashSparse, isMostlyHoles } from './sparse-file.ts';
import { getOrCreate } from './store.ts';

const SIZE = 2 ** 30;

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sparse-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

async function writeRam(path: string): Promise<void> {
  await writeFile(path, '');
  await truncate(path, SIZE);
  await writeAt(path, SIZE / 2, 'in the midst');
}

async function writeAt(path: string, at: number, text: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(text, at);
}

test('a copy takes no more room than what is in the file, and has the same digest', async () => {
  const [ram, copy] = [join(await newFolder(), 'ram'), join(await newFolder(), 'ram')];
  await writeRam(ram);
  await copySparse(ram, copy);
  const { blocks, size } = await stat(copy);
  expect([size, blocks * 512 < 2 ** 20]).toEqual([SIZE, true]);
  expect(await hashSparse(copy)).toBe(await hashSparse(ram));
});

test('one byte, or the same bytes elsewhere, make another digest', async () => {
  const ram = join(await newFolder(), 'ram');
  await writeRam(ram);
  const digests = [await hashSparse(ram)];
  await writeAt(ram, SIZE / 2, 'In');
  digests.push(await hashSparse(ram));
  await writeAt(ram, SIZE / 2, '\0'.repeat(12));
  await writeAt(ram, SIZE / 4, 'in the midst');
  digests.push(await hashSparse(ram));
  expect(new Set(digests).size).toBe(3);
});

test('only a large file with little in it is mostly holes', async () => {
  const dir = await newFolder();
  await writeRam(join(dir, 'ram'));
  await writeFile(join(dir, 'small'), '');
  await truncate(join(dir, 'small'), 2 ** 20);
  expect(await isMostlyHoles(join(dir, 'ram'))).toBe(true);
  expect(await isMostlyHoles(join(dir, 'small'))).toBe(false);
});

test('the store sees that a byte of such a file is another', async () => {
  const cacheDir = await newFolder();
  const entry = await getOrCreate(
    { kind: 'templates', key: 'k', build: async (dir) => writeRam(join(dir, 'ram')) },
    { cacheDir, log: () => undefined },
  );
  expect(await findDamage(entry)).toBeUndefined();
  await writeAt(join(entry, 'ram'), SIZE / 2, 'In');
  expect(await findDamage(entry)).toBe('ram is not what it was when it was made');
});

test('a file that is not there is an error in words', async () =>
  expect(hashSparse('/nonexistent/ram')).rejects.toMatchObject({ name: 'InfraError', code: 'tool-failed' }));
