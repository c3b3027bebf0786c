import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { fakeBzImage } from '../testing/fake-bzimage.ts';
import { extractPvhKernel } from './pvh-kernel.ts';

const GiB = 2 ** 30;

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'pvh-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

async function extract(dir: string): Promise<boolean> {
  return extractPvhKernel(join(dir, 'vmlinuz'), join(dir, 'vmlinux'), { cacheDir: dir, log: () => undefined });
}

/** elf(5): one segment of notes, and in it the entry point that QEMU looks for. */
function fakeVmlinux(): Buffer {
  const elf = Buffer.alloc(64 + 56 + 20);
  elf.write('\x7fELF\x02', 0, 'latin1');
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(4, 64);
  elf.writeBigUInt64LE(120n, 64 + 8);
  elf.writeBigUInt64LE(20n, 64 + 32);
  [4, 4, 18].forEach((field, i) => elf.writeUInt32LE(field, 120 + i * 4));
  elf.write('Xen\0', 132, 'latin1');
  return elf;
}

test('the vmlinux in a bzImage is unpacked, and nothing else is left', async () => {
  const dir = await newFolder();
  await writeFile(join(dir, 'vmlinuz'), fakeBzImage('6.1 x', gzipSync(fakeVmlinux())));
  expect(await extract(dir)).toBe(true);
  expect(await readFile(join(dir, 'vmlinux'))).toStrictEqual(fakeVmlinux());
  expect(await readdir(dir)).toStrictEqual(['vmlinux', 'vmlinuz']);
});

test('a vmlinux is left as it is, however large', async () => {
  const dir = await newFolder();
  await using file = await open(join(dir, 'vmlinuz'), 'w');
  await file.write(fakeVmlinux());
  await file.truncate(3 * GiB);
  expect(await extract(dir)).toBe(false);
  expect(await readdir(dir)).toStrictEqual(['vmlinuz']);
});

test('a bzImage cut short stays as it is', async () => {
  const dir = await newFolder();
  const image = fakeBzImage('6.1 x', gzipSync(Buffer.alloc(1 << 20, 'x')));
  await writeFile(join(dir, 'vmlinuz'), image.subarray(0, 0x810 + 100));
  expect(await extract(dir)).toBe(false);
});
