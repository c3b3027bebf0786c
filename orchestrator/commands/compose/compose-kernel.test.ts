import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fakeBzImage } from '../../../guests/kernels/testing/fake-bzimage.ts';
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
  expect(composeKernel({ kernel: 'linux' }, dir)).toStrictEqual({
    name: 'linux',
    source: { tree: join(dir, 'linux') },
  });
});

test('the output folder of a build is an image, with the modules beside it', async () => {
  const dir = await newFolder('Makefile', 'arch/x86/boot/bzImage', 'lib/modules/6.1.0/modules.order');
  expect(composeKernel({ kernel: 'linux' }, dir)).toStrictEqual({
    name: 'linux',
    image: join(dir, 'linux/arch/x86/boot/bzImage'),
    modules: join(dir, 'linux/lib/modules'),
  });
});

test('an image in its tree has the modules that lie there, if they are of its release', async () => {
  const dir = await newFolder(...SOURCE, 'lib/modules/6.9.0/modules.order', 'lib/modules/6.8.0/modules.order');
  const image = join(dir, 'linux/arch/x86/boot/bzImage');
  await mkdir(dirname(image), { recursive: true });
  await writeFile(image, fakeBzImage('6.9.0 #1'));
  expect(composeKernel({ kernel: image }, dir)).toHaveProperty('modules', join(dir, 'linux/lib/modules/6.9.0'));
  await writeFile(image, fakeBzImage('6.7.0 #1'));
  expect(composeKernel({ kernel: image }, dir)).not.toHaveProperty('modules');
});

test('a package is named by its release, and a folder of packages is its newest build, without debugging symbols', async () => {
  const dir = await newFolder(
    'linux-image-6.12.0_6.12.0-9_amd64.deb',
    'linux-image-6.12.0_6.12.0-10_amd64.deb',
    'linux-image-6.12.0-dbg_6.12.0-11_amd64.deb',
    'linux-headers-6.12.0_6.12.0-10_amd64.deb',
  );
  const deb = join(dir, 'linux/linux-image-6.12.0_6.12.0-10_amd64.deb');
  expect(composeKernel({ kernel: deb }, dir)).toStrictEqual({ name: '6.12.0', deb });
  expect(composeKernel({ kernel: 'linux' }, dir)).toStrictEqual({ name: '6.12.0', deb });
});

test.each([
  [
    [
      'linux-image-7.2-amd64_7.2-1_amd64.deb',
      'linux-binary-7.2-amd64_7.2-1_amd64.deb',
      'linux-modules-7.2-amd64_7.2-1_amd64.deb',
    ],
    'linux-image-7.2-amd64_7.2-1_amd64.deb',
  ],
  [
    ['linux-binary-unsigned-7.2-amd64_7.2-1_amd64.deb', 'linux-binary-7.2-amd64_7.2-1_amd64.deb'],
    'linux-binary-7.2-amd64_7.2-1_amd64.deb',
  ],
  [
    ['linux-image-unsigned-6.8.0-45-generic_6.8_amd64.deb', 'linux-modules-6.8.0-45-generic_6.8_amd64.deb'],
    'linux-image-unsigned-6.8.0-45-generic_6.8_amd64.deb',
  ],
])('of the packages %j the kernel is %s', async (files, kernel) => {
  const dir = await newFolder(...files);
  expect(composeKernel({ kernel: 'linux' }, dir)).toHaveProperty('deb', join(dir, 'linux', kernel));
});

test('a folder of packages of several releases names them', async () => {
  const dir = await newFolder('linux-image-6.12.0_6.12.0-3_amd64.deb', 'linux-image-6.13.0_6.13.0-1_amd64.deb');
  expect(() => composeKernel({ kernel: 'linux' }, dir)).toThrow(
    expect.objectContaining({
      code: 'several-kernels',
      remedy: expect.stringContaining('linux-image-6.13.0_6.13.0-1_amd64.deb') as string,
    }),
  );
});

test.each(['linux-6.12.0-x86.tar.zst', 'linux-6.12.0-x86.tar', 'linux-6.12.0-x86.tar.gz', 'linux-6.12.0-x86.tar.xz'])(
  '%s is an archive',
  async (file) => {
    const dir = await newFolder(file);
    expect(composeKernel({ kernel: join('linux', file) }, dir)).toStrictEqual({
      name: '6.12.0-x86',
      archive: join(dir, 'linux', file),
    });
  },
);

test.each([
  ['dir-pkg', 'boot/vmlinuz-6.9.0', 'lib/modules/6.9.0/modules.order'],
  ['an unpacked package of trixie', 'boot/vmlinuz-6.9.0', 'usr/lib/modules/6.9.0/modules.order'],
  ['Fedora, Arch, openSUSE and Void', 'usr/lib/modules/6.9.0/vmlinuz', 'usr/lib/modules/6.9.0/kernel/a.ko.zst'],
  [
    "Debian's unsigned kernel since 7.x",
    'usr/lib/modules/6.9.0/vmlinuz.unsigned',
    'usr/lib/modules/6.9.0/modules.order',
  ],
  ['Alpine, whose file names are short', 'boot/vmlinuz-virt', 'lib/modules/6.9.0/modules.dep'],
])('the shape of %s is a kernel with its modules, by the folder and by the image', async (_, image, module) => {
  const dir = await newFolder(image, module, 'lib/modules/6.8.0/modules.dep');
  await writeFile(join(dir, 'linux', image), fakeBzImage('6.9.0 #1'));
  const modules = join(dir, 'linux', module.replace(/(6\.9\.0)\/.*/, '$1'));
  expect(composeKernel({ kernel: 'linux' }, dir)).toMatchObject({ image: join(dir, 'linux', image), modules });
  expect(composeKernel({ kernel: join('linux', image) }, dir)).toMatchObject({
    image: join(dir, 'linux', image),
    modules,
  });
});

test('modules are found behind a link to the image, and behind links of a merged /usr; those that dangle are passed over', async () => {
  const dir = await newFolder('usr/lib/modules/6.9.0/kernel/a.ko', 'boot/x');
  const root = join(dir, 'linux');
  await writeFile(join(root, 'usr/lib/modules/6.9.0/vmlinuz'), fakeBzImage('6.9.0 #1'));
  await symlink('usr/lib', join(root, 'lib'));
  await symlink('/nonexistent', join(root, 'usr/lib/modules/6.9.0/build'));
  await symlink('../usr/lib/modules/6.9.0/vmlinuz', join(root, 'boot/vmlinuz'));
  await symlink(join(root, 'boot/vmlinuz'), join(dir, 'mine'));
  for (const kernel of ['mine', 'linux/boot/vmlinuz', 'linux']) {
    const { modules } = composeKernel({ kernel }, dir) as { modules: string };
    expect(await realpath(modules)).toBe(await realpath(join(root, 'usr/lib/modules/6.9.0')));
  }
});

test('of two kernels in a folder one must be named; two copies of one are no choice', async () => {
  const dir = await newFolder('boot/vmlinuz-6.9.0', 'boot/vmlinuz-0-rescue');
  const write = (name: string, version: string): Promise<void> =>
    writeFile(join(dir, 'linux/boot', name), fakeBzImage(`${version} #1`));
  await write('vmlinuz-6.9.0', '6.9.0');
  await write('vmlinuz-0-rescue', '6.9.0');
  expect(composeKernel({ kernel: 'linux' }, dir)).toHaveProperty('image', join(dir, 'linux/boot/vmlinuz-6.9.0'));
  await write('vmlinuz-0-rescue', '6.8.0');
  expect(() => composeKernel({ kernel: 'linux' }, dir)).toThrow(
    expect.objectContaining({ code: 'several-kernels', remedy: expect.stringContaining('vmlinuz-0-rescue') as string }),
  );
});

test('a + adds to the default fragments, a plain name replaces them', async () => {
  const dir = await newFolder(...SOURCE);
  expect(composeKernel({ kernel: 'linux', config: ['+prove-locking'] }, dir)).toHaveProperty('config', [
    'guest',
    'nvdimm',
    'virtio-pmem',
    'dax-filesystems',
    'dm-dax',
    'prove-locking',
  ]);
  expect(
    composeKernel(
      { kernel: 'linux', config: ['guest', './mine.config'], base: 'defconfig', ref: 'v6.1', patch: ['a.mbox'] },
      dir,
    ),
  ).toStrictEqual({
    name: 'linux',
    source: { tree: join(dir, 'linux'), ref: 'v6.1', patches: [join(dir, 'a.mbox')] },
    base: 'defconfig',
    config: ['guest', join(dir, 'mine.config')],
  });
});

test("Debian's configuration is no path, a file's place is", async () => {
  const dir = await newFolder(...SOURCE);
  const baseOf = (base: string): unknown => composeKernel({ kernel: 'linux', base }, dir)['base'];
  expect([baseOf('debian/bookworm/cloud-amd64'), baseOf('./debian/config')]).toStrictEqual([
    'debian/bookworm/cloud-amd64',
    join(dir, 'debian/config'),
  ]);
});

test("Debian's source package is built, its releases are fetched", () => {
  expect(composeKernel({ kernel: 'linux-source-6.1' }, '/')).toStrictEqual({
    name: 'built-6.1',
    source: { debian: 'linux-source-6.1' },
  });
  expect(composeKernel({ kernel: 'bookworm/cloud-amd64' }, '/')).toStrictEqual({
    name: 'bookworm-cloud-amd64',
    debian: { release: 'bookworm', flavour: 'cloud-amd64' },
  });
});

test.each([
  [{ kernel: 'bookworm', config: ['+prove-locking'] }, 'kernel-built-already'],
  [{ kernel: 'linux/arch/x86/boot/bzImage', patch: ['x'] }, 'kernel-built-already'],
  [{ kernel: 'bookworm', modules: 'm' }, 'modules-of-debian'],
  [{ kernel: 'linux-source-6.1', modules: 'm' }, 'modules-of-debian'],
  [{ kernel: './none' }, 'no-kernel'],
  [{ kernel: 'none.deb' }, 'no-kernel'],
  [{ kernel: 'none.tar.zst' }, 'no-kernel'],
  [{ kernel: 'linux/kernel-core-6.9.rpm' }, 'rpm-package'],
  [{ kernel: 'empty' }, 'no-kernel'],
])('%j is refused: %s', async (options, code) => {
  const dir = await newFolder('arch/x86/boot/bzImage', 'kernel-core-6.9.rpm');
  await mkdir(join(dir, 'empty'));
  expect(() => composeKernel(options, dir)).toThrow(expect.objectContaining({ code }));
});
