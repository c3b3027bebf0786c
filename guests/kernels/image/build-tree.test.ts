import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findBuildTree } from './build-tree.ts';

const RELEASE = '6.9.0-rc1+';
const FINISHED = {
  'arch/x86/boot/bzImage': '',
  vmlinux: '',
  'include/config/kernel.release': `${RELEASE}\n`,
  'include/config/auto.conf': 'CONFIG_MODULES=y\n',
  'Module.symvers': '',
};

async function newTree(files: Readonly<Record<string, string>>): Promise<string> {
  const top = await mkdtemp(join(tmpdir(), 'tree-'));
  onTestFinished(() => rm(top, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(top, name)), { recursive: true });
    await writeFile(join(top, name), text);
  }
  return top;
}

test('a bzImage or vmlinux in its finished tree gives both the tree for modules and the image with symbols', async () => {
  const top = await newTree(FINISHED);
  const found = { kbuild: top, vmlinux: join(top, 'vmlinux'), notes: [] };
  expect(await findBuildTree(join(top, 'arch/x86/boot/bzImage'), RELEASE)).toEqual(found);
  expect(await findBuildTree(join(top, 'vmlinux'), RELEASE)).toEqual(found);
});

test("the kernel's own link arch/x86_64/boot/bzImage is followed", async () => {
  const top = await newTree(FINISHED);
  await mkdir(join(top, 'arch/x86_64/boot'), { recursive: true });
  await symlink('../../x86/boot/bzImage', join(top, 'arch/x86_64/boot/bzImage'));
  expect(await findBuildTree(join(top, 'arch/x86_64/boot/bzImage'), RELEASE)).toMatchObject({ kbuild: top });
});

test('an image that lies elsewhere has no tree, and nothing is said of it', async () => {
  const top = await newTree({ bzImage: '', 'boot/vmlinux': '' });
  expect(await findBuildTree(join(top, 'bzImage'), RELEASE)).toEqual({ notes: [] });
  expect(await findBuildTree(join(top, 'boot/vmlinux'), RELEASE)).toEqual({ notes: [] });
});

test('a tree that went on to another release is not used, and that is said', async () => {
  const top = await newTree({ ...FINISHED, 'include/config/kernel.release': '6.10.0\n' });
  expect(await findBuildTree(join(top, 'vmlinux'), RELEASE)).toEqual({ notes: [expect.stringContaining('6.10.0')] });
});

test.each([
  ['CONFIG_MODULES', { 'include/config/auto.conf': 'CONFIG_BUG=y\n' }],
  ['Module.symvers', { 'Module.symvers': undefined }],
])('a tree without %s still resolves traces', async (what, change) => {
  const files = Object.entries({ ...FINISHED, ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const top = await newTree(Object.fromEntries(files));
  expect(await findBuildTree(join(top, 'vmlinux'), RELEASE)).toEqual({
    vmlinux: join(top, 'vmlinux'),
    notes: [expect.stringContaining(what)],
  });
});
