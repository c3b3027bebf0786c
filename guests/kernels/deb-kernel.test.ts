import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import { prepareDebKernel } from './deb-kernel.ts';
import { fakeBzImage } from './testing/fake-bzimage.ts';

const RELEASE = '6.9.0-rc1+';

/** A package with these files, prepared as far as it goes without Debian's busybox; gives what the store then holds of it. */
async function prepare(files: Readonly<Record<string, string | Buffer>>): Promise<{ readonly error: unknown; readonly kept: readonly string[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'deb-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  vi.stubEnv('PMEMRIG_DEBIAN_MIRROR', 'none');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const control = `Package: linux-image-${RELEASE}\nVersion: 1\nArchitecture: amd64\nMaintainer: a <a@example.org>\nDescription: x\n`;
  for (const [path, content] of Object.entries({ ...files, 'DEBIAN/control': control })) {
    await mkdir(join(dir, 'root', path, '..'), { recursive: true });
    await writeFile(join(dir, 'root', path), content);
  }
  await execa('dpkg-deb', ['--root-owner-group', '-Znone', '--build', join(dir, 'root'), join(dir, 'a.deb')]);
  const cacheDir = join(dir, 'cache');
  const error: unknown = await prepareDebKernel({ kind: 'deb', name: 'mine', path: join(dir, 'a.deb') }, { cacheDir, log: () => undefined }).catch((cause: unknown) => cause);
  const [entry] = await readdir(join(cacheDir, 'kernels')).catch((): string[] => []);
  return { error, kept: entry === undefined ? [] : await readdir(join(cacheDir, 'kernels', entry)) };
}

const IMAGE = { [`boot/vmlinuz-${RELEASE}`]: fakeBzImage(`${RELEASE} #1`), [`boot/config-${RELEASE}`]: 'CONFIG_X=y\n' };

test.each(['lib/modules', 'usr/lib/modules'])('kernel, configuration and modules are kept of a package with %s', async (modules) => {
  const { error, kept } = await prepare({ ...IMAGE, [`${modules}/${RELEASE}/modules.order`]: '' });
  expect(error).toMatchObject({ code: 'no-debian-mirror' });
  expect(kept).toStrictEqual(['config', 'lib', 'modules.ext4', 'release', 'vmlinuz']);
});

test('a package without modules is a kernel, too', async () => expect((await prepare(IMAGE)).kept).toStrictEqual(['config', 'release', 'vmlinuz']));

test('a package without a kernel is refused, and the store keeps nothing of it', async () => {
  expect(await prepare({ 'usr/share/doc/x': '' })).toMatchObject({ error: { name: 'UserError', code: 'not-a-kernel-package' }, kept: [] });
});
