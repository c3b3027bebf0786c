import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { prepareGivenKernel } from './given-kernel.ts';
import { fakeBzImage } from '../testing/fake-bzimage.ts';

const RELEASE = '6.9.0-rc1+';

/**
 * A finished build of a kernel, and a cache whose log runs `onCopy` when the digest is taken and nothing copied yet.
 */
async function newBuild(
  onCopy: (paths: { readonly image: string; readonly module: string }) => void,
  extraFile?: string,
) {
  const dir = await mkdtemp(join(tmpdir(), 'given-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const modules = join(dir, 'lib', 'modules', RELEASE);
  const [image, module] = [join(dir, 'bzImage'), join(modules, 'kernel', 'a.ko')];
  await mkdir(join(modules, 'kernel'), { recursive: true });
  await writeFile(image, fakeBzImage(`${RELEASE} #1`));
  await writeFile(module, 'first');
  if (extraFile !== undefined) {
    await mkdir(join(modules, extraFile, '..'), { recursive: true });
    await writeFile(join(modules, extraFile), '');
  }
  const log = (line: string): void => {
    if (line.startsWith('copying')) onCopy({ image, module });
  };
  const cacheDir = join(dir, 'cache');
  const prepared = prepareGivenKernel({ kind: 'image', name: 'mine', image, modules }, { cacheDir, log });
  return { prepared, kernels: join(cacheDir, 'kernels') };
}

test.each([
  ['relinks the image', ({ image }: { image: string }) => writeFileSync(image, fakeBzImage(`${RELEASE} #2`))],
  ['writes a module anew', ({ module }: { module: string }) => writeFileSync(module, 'other')],
])('a build that %s before it is copied is refused, and the store keeps nothing of it', async (_, onCopy) => {
  const { prepared, kernels } = await newBuild(onCopy);
  await expect(prepared).rejects.toMatchObject({ name: 'UserError', code: 'kernel-changed' });
  expect(await readdir(kernels)).toStrictEqual([]);
});

test('sources in the module tree are not copied, and their lack is no change', async () => {
  // The kernel is whole then; its initramfs would need Debian's busybox.
  vi.stubEnv('PMEMRIG_DEBIAN_MIRROR', 'none');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { prepared, kernels } = await newBuild(() => undefined, 'build/include/a.h');
  await expect(prepared).rejects.toMatchObject({ code: 'no-debian-mirror' });
  const [entry = ''] = await readdir(kernels);
  expect(await readdir(join(kernels, entry))).toStrictEqual(['lib', 'modules.ext4', 'vmlinuz']);
  expect(await readdir(join(kernels, entry, 'lib', 'modules', RELEASE))).not.toContain('build');
});

/**
 * The tree of a distribution: the image among its modules. A kernel is whole when its initramfs wants busybox, which
 * no mirror gives here.
 */
async function newTree() {
  vi.stubEnv('PMEMRIG_DEBIAN_MIRROR', 'none');
  const dir = await mkdtemp(join(tmpdir(), 'given-'));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(dir, { recursive: true });
  });
  const tree = join(dir, 'lib', 'modules', RELEASE);
  await mkdir(join(tree, 'kernel'), { recursive: true });
  await writeFile(join(tree, 'vmlinuz'), fakeBzImage(`${RELEASE} #1`));
  const prepare = async (modules: string): Promise<string> => {
    const cacheDir = join(dir, 'cache');
    const spec = { kind: 'image', name: 'mine', image: join(tree, 'vmlinuz'), modules } as const;
    await expect(prepareGivenKernel(spec, { cacheDir, log: () => undefined })).rejects.toMatchObject({
      code: 'no-debian-mirror',
    });
    const [entry = ''] = await readdir(join(cacheDir, 'kernels'));
    return join(cacheDir, 'kernels', entry);
  };
  return { dir, tree, prepare };
}

test.each(['.', '..', '../../..'])(
  'files beside the modules, as distributions leave them, are passed over when modules are looked for in %s',
  async (where) => {
    const { dir, tree, prepare } = await newTree();
    for (const file of [
      join(tree, 'System.map'),
      join(tree, 'config'),
      join(dir, 'lib', 'modules', 'README'),
      join(dir, 'README'),
    ])
      await writeFile(file, '');
    await symlink('/nonexistent', join(tree, 'build'));
    expect(await readdir(await prepare(join(tree, where)))).toStrictEqual(['lib', 'modules.ext4', 'vmlinuz']);
  },
);

test('modules that a link of the tree leads to stay compressed where they are', async () => {
  const { dir, tree, prepare } = await newTree();
  await mkdir(join(dir, 'elsewhere'));
  for (const file of [join(tree, 'kernel', 'a.ko.gz'), join(dir, 'elsewhere', 'b.ko.gz')])
    await writeFile(file, gzipSync('module'));
  await symlink(join(dir, 'elsewhere'), join(tree, 'extra'));
  const entry = await prepare(tree);
  expect(await readdir(join(entry, 'lib/modules', RELEASE, 'kernel'))).toStrictEqual(['a.ko']);
  expect(await readdir(join(dir, 'elsewhere'))).toStrictEqual(['b.ko.gz']);
});
