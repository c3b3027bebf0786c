import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../orchestrator/model/errors.ts';
import { bzImagePayload, parseBzImageRelease, readKernelRelease } from './kernel-release.ts';

function bzImage(version: string): Buffer {
  const image = Buffer.alloc(0x1000);
  image.writeUInt8(3, 0x1f1);
  image.writeUInt16LE(0xaa55, 0x1fe);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x20f, 0x206);
  image.writeUInt16LE(0x300, 0x20e);
  image.writeUInt32LE(0x10, 0x248);
  image.writeUInt32LE(5, 0x24c);
  image.write(version, 0x500, 'latin1');
  image.write('hello', 4 * 512 + 0x10, 'latin1');
  return image;
}

async function fileWith(content: string | Buffer): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kernel-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'image'), content);
  return join(dir, 'image');
}

test("a bzImage's release is the first word of its version", async () => {
  expect(await readKernelRelease(await fileWith(bzImage('6.1.0-50-amd64 (debian) #1 SMP\0')))).toBe('6.1.0-50-amd64');
});

test('the payload of a bzImage lies behind its setup sectors', () => {
  expect(bzImagePayload(bzImage('6.1 x'))?.toString()).toBe('hello');
});

test('a file cut short has no payload', () => {
  expect(bzImagePayload(bzImage('6.1 x').subarray(0, 0x600))).toBeUndefined();
});

test.each([[''], ['MZ'], ['x'.repeat(70_000)]])('a file that is no kernel is refused', async (content) => {
  expect(parseBzImageRelease(Buffer.from(content))).toBeUndefined();
  const path = await fileWith(content);
  await expect(readKernelRelease(path)).rejects.toThrow(`${path} is not a kernel image for x86.`);
});

test('a missing file is the user’s to mend', async () => {
  await expect(readKernelRelease('/nonexistent/bzImage')).rejects.toBeInstanceOf(UserError);
});

test('a vmlinux that QEMU cannot start is refused with the way out', async () => {
  const elf = Buffer.alloc(4096);
  elf.write('\x7fELF\x02', 0, 'latin1');
  elf.write('Linux version %s (x)\0Linux version 6.9.0-rc1+ (me@host)', 100, 'latin1');
  await expect(readKernelRelease(await fileWith(elf))).rejects.toMatchObject({ code: 'vmlinux-without-pvh' });
});
