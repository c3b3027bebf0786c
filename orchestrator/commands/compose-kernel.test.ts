import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fakeBzImage } from '../../guests/kernels/testing/fake-bzimage.ts';
import { composeKernel } from './compose-kernel.ts';

async function newFolder(...files: string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kernel-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  for (const file of files) {
    await mkdir(dirname(join(dir, 'linux', file)), { recursive: true });
    await writeFile(join(dir, 'linux', file), '');
  }
  return dir;
}

const SOURCE = ['Kconfig', 'Makefile', 'scripts/kconfig/Makefile'];

test('a source tree is built, even if an image lies in it', async () => {
  const dir = await newFolder(...SOURCE, 'arch/x86/boot/bzImage');
  expect(composeKernel({ kernel: 'linux' }, dir)).toStrictEqual({ name: 'linux', source: { tree: join(dir, 'linux') } });
});

test('the output folder of a build is an image, with the modules beside it', async () => {
  const dir = await newFolder('Makefile', 'arch/x86/boot/bzImage', 'lib/modules/6.1.0/modules.order');
  expect(composeKernel({ kernel: 'linux' }, dir)).toStrictEqual({ name: 'linux', image: join(dir, 'linux/arch/x86/boot/bzImage'), modules: join(dir, 'linux/lib/modules') });
});

test("an image in its tree has the modules that lie there, if they are of its release", async () => {
  const dir = await newFolder(...SOURCE, 'lib/modules/6.9.0/modules.order', 'lib/modules/6.8.0/modules.order');
  const image = join(dir, 'linux/arch/x86/boot/bzImage');
  await mkdir(dirname(image), { recursive: true });
  await writeFile(image, fakeBzImage('6.9.0 #1'));
  expect(composeKernel({ kernel: image }, dir)).toHaveProperty('modules', join(dir, 'linux/lib/modules/6.9.0'));
  await writeFile(image, fakeBzImage('6.7.0 #1'));
  expect(composeKernel({ kernel: image }, dir)).not.toHaveProperty('modules');
});

test('a package is named by its release, and a folder of packages names them', async () => {
  const dir = await newFolder('linux-image-6.12.0_6.12.0-3_amd64.deb', 'linux-image-6.12.0-dbg_6.12.0-3_amd64.deb');
  const deb = join(dir, 'linux/linux-image-6.12.0_6.12.0-3_amd64.deb');
  expect(composeKernel({ kernel: deb }, dir)).toStrictEqual({ name: '6.12.0', deb });
  expect(() => composeKernel({ kernel: 'linux' }, dir)).toThrow(expect.objectContaining({ remedy: 'name the package: linux/linux-image-6.12.0_6.12.0-3_amd64.deb' }));
});

test('a + adds to the default fragments, a plain name replaces them', async () => {
  const dir = await newFolder(...SOURCE);
  expect(composeKernel({ kernel: 'linux', config: ['+prove-locking'] }, dir)).toHaveProperty('config', ['guest', 'nvdimm', 'virtio-pmem', 'dax-filesystems', 'dm-dax', 'prove-locking']);
  expect(composeKernel({ kernel: 'linux', config: ['guest', './mine.config'], base: 'defconfig', ref: 'v6.1', patch: ['a.mbox'] }, dir)).toStrictEqual({
    name: 'linux',
    source: { tree: join(dir, 'linux'), ref: 'v6.1', patches: [join(dir, 'a.mbox')] },
    base: 'defconfig',
    config: ['guest', join(dir, 'mine.config')],
  });
});

test("Debian's configuration is no path, a file's place is", async () => {
  const dir = await newFolder(...SOURCE);
  const baseOf = (base: string): unknown => composeKernel({ kernel: 'linux', base }, dir)['base'];
  expect([baseOf('debian/bookworm/cloud-amd64'), baseOf('./debian/config')]).toStrictEqual(['debian/bookworm/cloud-amd64', join(dir, 'debian/config')]);
});

test("Debian's source package is built, its releases are fetched", () => {
  expect(composeKernel({ kernel: 'linux-source-6.1' }, '/')).toStrictEqual({ name: 'built-6.1', source: { debian: 'linux-source-6.1' } });
  expect(composeKernel({ kernel: 'bookworm/cloud-amd64' }, '/')).toStrictEqual({ name: 'bookworm-cloud-amd64', debian: { release: 'bookworm', flavour: 'cloud-amd64' } });
});

test.each([
  [{ kernel: 'bookworm', config: ['+prove-locking'] }, 'kernel-built-already'],
  [{ kernel: 'linux/arch/x86/boot/bzImage', patch: ['x'] }, 'kernel-built-already'],
  [{ kernel: 'bookworm', modules: 'm' }, 'modules-of-debian'],
  [{ kernel: 'linux-source-6.1', modules: 'm' }, 'modules-of-debian'],
  [{ kernel: './none' }, 'no-kernel'],
  [{ kernel: 'none.deb' }, 'no-kernel'],
  [{ kernel: 'empty' }, 'no-kernel'],
])('%j is refused: %s', async (options, code) => {
  const dir = await newFolder('arch/x86/boot/bzImage');
  await mkdir(join(dir, 'empty'));
  expect(() => composeKernel(options, dir)).toThrow(expect.objectContaining({ code }));
});
