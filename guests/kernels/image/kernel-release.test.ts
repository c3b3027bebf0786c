import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../../orchestrator/model/errors.ts';
import { fakeBzImage } from '../testing/fake-bzimage.ts';
import { parseImageRelease, readKernelRelease } from './kernel-release.ts';

async function fileWith(content: string | Buffer): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kernel-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'image'), content);
  return join(dir, 'image');
}

test("a bzImage's release is the first word of its version", async () => {
  expect(await readKernelRelease(await fileWith(fakeBzImage('6.1.0-50-amd64 (debian) #1 SMP\0')))).toBe(
    '6.1.0-50-amd64',
  );
});

test.each(['../../../tmp/evil #1', '6.1/../../evil #1', '/etc #1', '%s #1', '', `6.1${'x'.repeat(80)} #1`])(
  'what is no release, such as %j, makes no kernel',
  async (version) => {
    await expect(readKernelRelease(await fileWith(fakeBzImage(`${version}\0`)))).rejects.toMatchObject({
      code: 'not-a-kernel',
    });
  },
);

test.each([[''], ['MZ'], ['x'.repeat(70_000)]])('a file that is no kernel is refused', async (content) => {
  expect(parseImageRelease(Buffer.from(content))).toBeUndefined();
  const path = await fileWith(content);
  await expect(readKernelRelease(path)).rejects.toThrow(`${path} is not a kernel image for x86.`);
});

test('a missing file is the user’s to mend', async () => {
  await expect(readKernelRelease('/nonexistent/bzImage')).rejects.toBeInstanceOf(UserError);
});

test('a vmlinux that QEMU cannot start is refused with the way out', async () => {
  const elf = Buffer.alloc(4096);
  elf.write('\x7fELF\x02', 0, 'latin1');
  elf.write('Linux version %s (x)\0Linux version 6.9/../x (y)\0', 100, 'latin1');
  await expect(readKernelRelease(await fileWith(elf))).rejects.toMatchObject({ code: 'not-a-kernel' });
  elf.write('Linux version 6.9.0-rc1+ (me@host)', 200, 'latin1');
  await expect(readKernelRelease(await fileWith(elf))).rejects.toMatchObject({ code: 'vmlinux-without-pvh' });
});
