import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import { preparePackageKernel } from './package-kernel.ts';
import { fakeBzImage } from '../testing/fake-bzimage.ts';

const RELEASE = '6.9.0-rc1+';

type Files = Readonly<Record<string, string | Buffer>>;

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'package-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

async function writeAll(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** Builds a package into `dir`, and gives its path. */
async function buildDeb(
  dir: string,
  name: string,
  files: Files,
  { depends = '', version = '1' } = {},
): Promise<string> {
  const control = `Package: ${name}\nVersion: ${version}\n${depends === '' ? '' : `Depends: ${depends}\n`}Architecture: amd64\nMaintainer: a <a@example.org>\nDescription: x\n`;
  const root = await newFolder();
  await writeAll(root, { ...files, 'DEBIAN/control': control });
  const path = join(dir, `${name}_${version}_amd64.deb`);
  await execa('dpkg-deb', ['--root-owner-group', '-Znone', '--build', root, path]);
  return path;
}

/** A package or archive prepared as far as it goes without Debian's busybox; gives what the store then holds of it. */
async function prepare(
  path: string,
): Promise<{ readonly error: unknown; readonly entry: string; readonly kept: readonly string[] }> {
  vi.stubEnv('PMEMRIG_DEBIAN_MIRROR', 'none');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const cacheDir = join(await newFolder(), 'cache');
  const error: unknown = await preparePackageKernel(
    { kind: 'package', name: 'mine', path },
    { cacheDir, log: () => undefined },
  ).catch((cause: unknown) => cause);
  const [name] = await readdir(join(cacheDir, 'kernels')).catch((): string[] => []);
  const entry = join(cacheDir, 'kernels', name ?? '');
  return { error, entry, kept: name === undefined ? [] : await readdir(entry) };
}

async function prepareDeb(files: Files): ReturnType<typeof prepare> {
  return prepare(await buildDeb(await newFolder(), `linux-image-${RELEASE}`, files));
}

const IMAGE = { [`boot/vmlinuz-${RELEASE}`]: fakeBzImage(`${RELEASE} #1`), [`boot/config-${RELEASE}`]: 'CONFIG_X=y\n' };

test.each(['lib/modules', 'usr/lib/modules'])(
  'kernel, configuration and modules are kept of a package with %s',
  async (modules) => {
    const { error, kept } = await prepareDeb({ ...IMAGE, [`${modules}/${RELEASE}/modules.order`]: '' });
    expect(error).toMatchObject({ code: 'no-debian-mirror' });
    expect(kept).toStrictEqual(['config', 'lib', 'modules.ext4', 'release', 'vmlinuz']);
  },
);

test('a package without modules is a kernel, too', async () =>
  expect((await prepareDeb(IMAGE)).kept).toStrictEqual(['config', 'release', 'vmlinuz']));

test('a kernel whose file name says another release goes by what it says itself', async () => {
  const { entry } = await prepareDeb({ 'boot/vmlinuz-lts': fakeBzImage(`${RELEASE} #1`) });
  expect(await readFile(join(entry, 'release'), 'utf8')).toBe(RELEASE);
});

test('a package without a kernel is refused by its own name, and the store keeps nothing of it', async () => {
  const { error, kept } = await prepareDeb({ 'usr/share/doc/x': '' });
  expect(error).toMatchObject({
    name: 'UserError',
    code: 'not-a-kernel-package',
    message: expect.not.stringContaining('cache') as string,
  });
  expect(kept).toStrictEqual([]);
});

test('an archive with two kernels is refused with both', async () => {
  const { error } = await prepareDeb({ ...IMAGE, 'boot/vmlinuz-6.8.0': fakeBzImage('6.8.0 #1') });
  expect(error).toMatchObject({
    name: 'UserError',
    code: 'several-kernels',
    message: expect.stringContaining('6.8.0') as string,
  });
});

const SPLIT = 'linux-base-6.9-amd64 (= 1), linux-binary-6.9-amd64 (= 1), linux-modules-6.9-amd64 (= 1)';
const TREE = `usr/lib/modules/${RELEASE}`;

/** A kernel as Debian splits it since 7.x. */
async function newSplitKernel(image = 'vmlinuz'): Promise<{ readonly dir: string; readonly path: string }> {
  const dir = await newFolder();
  await buildDeb(
    dir,
    'linux-binary-6.9-amd64',
    { [`${TREE}/${image}`]: fakeBzImage(`${RELEASE} #1`) },
    { depends: 'linux-base-6.9-amd64 (= 1)' },
  );
  await buildDeb(dir, 'linux-base-6.9-amd64', {
    [`${TREE}/config`]: 'CONFIG_X=y\n',
    [`${TREE}/modules.builtin`]: 'kernel/fs/x.ko\n',
  });
  await buildDeb(
    dir,
    'linux-modules-6.9-amd64',
    { [`${TREE}/kernel/a/readme`]: '' },
    { depends: 'kmod, linux-base-6.9-amd64 (= 1)' },
  );
  return { dir, path: await buildDeb(dir, 'linux-image-6.9-amd64', {}, { depends: `kmod | x, ${SPLIT}` }) };
}

test.each(['vmlinuz', 'vmlinuz.unsigned'])(
  'an empty package is the kernel of those beside it, whose image is %s among the modules',
  async (image) => {
    const { path } = await newSplitKernel(image);
    const { error, entry, kept } = await prepare(path);
    expect(error).toMatchObject({ code: 'no-debian-mirror' });
    expect(kept).toStrictEqual(['config', 'lib', 'modules.ext4', 'release', 'vmlinuz']);
    expect(await readdir(join(entry, 'lib/modules', RELEASE))).toEqual(
      expect.arrayContaining(['kernel', 'modules.builtin', 'modules.dep']),
    );
  },
);

test('the package of the image alone finds its modules, though it does not depend on them', async () => {
  const { dir } = await newSplitKernel();
  expect((await prepare(join(dir, 'linux-binary-6.9-amd64_1_amd64.deb'))).kept).toContain('modules.ext4');
});

test('of two builds beside each other the parts are of the same version', async () => {
  const { dir, path } = await newSplitKernel();
  await buildDeb(dir, 'linux-base-6.9-amd64', { [`${TREE}/config`]: 'CONFIG_Y=y\n' }, { version: '2' });
  const { entry } = await prepare(path);
  expect(await readFile(join(entry, 'config'), 'utf8')).toBe('CONFIG_X=y\n');
});

test('a part that is missing is named', async () => {
  const { dir, path } = await newSplitKernel();
  await rm(join(dir, 'linux-modules-6.9-amd64_1_amd64.deb'));
  const { error, kept } = await prepare(path);
  expect(error).toMatchObject({
    name: 'UserError',
    code: 'package-part-missing',
    message: expect.stringContaining('linux-modules-6.9-amd64') as string,
  });
  expect(kept).toStrictEqual([]);
});

test.each([
  ['tar', []],
  ['tar.gz', ['--gzip']],
  ['tar.xz', ['--xz']],
  ['tar.zst', ['--zstd']],
  ['pkg.tar.zst', ['--zstd']],
])('kernel, configuration and modules are kept of a .%s', async (suffix, compression) => {
  const dir = await newFolder();
  const root = join(dir, 'root');
  await writeAll(root, { ...IMAGE, [`boot/vmlinux-${RELEASE}`]: 'ELF', [`lib/modules/${RELEASE}/modules.order`]: '' });
  const path = join(dir, `linux-${RELEASE}-x86.${suffix}`);
  await execa('tar', ['--create', ...compression, '--file', path, '--directory', root, 'boot', 'lib']);
  expect((await prepare(path)).kept).toStrictEqual(['config', 'lib', 'modules.ext4', 'release', 'vmlinuz']);
});

/** An archive with files and links, `name -> target`. */
async function buildTar(files: Files, links: Readonly<Record<string, string>>): Promise<string> {
  const dir = await newFolder();
  const root = join(dir, 'root');
  await writeAll(root, files);
  for (const [name, target] of Object.entries(links)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await symlink(target, join(root, name));
  }
  const path = join(dir, 'linux.tar');
  await execa('tar', ['--create', '--file', path, '--directory', root, ...(await readdir(root))]);
  return path;
}

test('the image may be reached by a link in the archive', async () => {
  const { entry, kept } = await prepare(
    await buildTar(IMAGE, { 'boot/vmlinuz': `vmlinuz-${RELEASE}`, 'boot/config': `config-${RELEASE}` }),
  );
  expect(kept).toStrictEqual(['config', 'release', 'vmlinuz']);
  expect(await readFile(join(entry, 'vmlinuz'))).toStrictEqual(IMAGE[`boot/vmlinuz-${RELEASE}`]);
});

test.each([
  ['absolute', (host: string) => host],
  ['relative', (host: string) => `${'../'.repeat(30)}${host}`],
])("by %s links an archive neither takes the host's files nor changes them", async (_, target) => {
  const host = await newFolder();
  await writeAll(host, {
    'boot/vmlinuz': fakeBzImage(`${RELEASE} #host`),
    config: 'CONFIG_HOST=y\n',
    [`modules/${RELEASE}/modules.order`]: 'host',
    'extra/a.ko.gz': gzipSync('module'),
  });
  const before = await readdir(host, { recursive: true });
  const stolen = await prepare(await buildTar({ readme: '' }, { boot: target(join(host, 'boot')) }));
  expect(stolen.error).toMatchObject({ code: 'not-a-kernel-package' });
  const away = await prepare(
    await buildTar(IMAGE, {
      'lib/modules': target(join(host, 'modules')),
      [`usr/lib/modules/${RELEASE}/config`]: target(join(host, 'config')),
    }),
  );
  expect(away.kept).toStrictEqual(['config', 'release', 'vmlinuz']);
  const within = await prepare(
    await buildTar(
      { ...IMAGE, [`lib/modules/${RELEASE}/modules.order`]: '' },
      { [`lib/modules/${RELEASE}/extra`]: target(join(host, 'extra')), [`lib/modules/${RELEASE}/up`]: '../../..' },
    ),
  );
  expect(within.kept).toContain('modules.ext4');
  expect(await readdir(join(within.entry, 'lib/modules', RELEASE))).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/extra|up/)]),
  );
  expect(await readdir(host, { recursive: true })).toStrictEqual(before);
});

test('a torn archive is damaged, whatever its compression', async () => {
  const dir = await newFolder();
  await writeAll(dir, { 'root/boot/vmlinuz': fakeBzImage(`${RELEASE} #1`) });
  const path = join(dir, 'a.tar.xz');
  await execa('tar', ['--create', '--xz', '--file', path, '--directory', join(dir, 'root'), '.']);
  await writeFile(path, (await readFile(path)).subarray(0, -20));
  expect((await prepare(path)).error).toMatchObject({ name: 'UserError', code: 'damaged-package' });
});

test('a kernel that carries its configuration brings it along', async () => {
  const text = 'CONFIG_IKCONFIG=y\n';
  const image = fakeBzImage(
    `${RELEASE} #1`,
    Buffer.concat([
      Buffer.from('IKCFG_ST, say some'),
      Buffer.from('IKCFG_ST'),
      gzipSync(text),
      Buffer.from('IKCFG_ED'),
    ]),
  );
  const { entry } = await prepareDeb({ [`boot/vmlinuz-${RELEASE}`]: image });
  expect(await readFile(join(entry, 'config'), 'utf8')).toBe(text);
});
