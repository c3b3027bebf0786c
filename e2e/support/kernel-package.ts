import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { prepareKernel } from '../../guests/kernels/prepare-kernel.ts';
import { cacheDir } from '../../orchestrator/model/paths.ts';

/** What a guest of the rig loads; all else would only be packed and unpacked. */
const MODULES = [
  'arch',
  'crypto',
  'drivers/nvdimm',
  'drivers/dax',
  'drivers/acpi',
  'drivers/block',
  'drivers/virtio',
  'drivers/net/virtio_net.ko',
  'drivers/net/net_failover.ko',
  'fs',
  'lib',
  'net/core',
];

/**
 * A Debian package of the kernel that the other tests use, as `make bindeb-pkg` would leave it in `dir`. Gives its
 * path.
 */
export async function packKernel(dir: string): Promise<string> {
  const { image, release } = await prepareKernel(
    { kind: 'debian', name: 'bookworm', release: 'bookworm', flavour: 'amd64' },
    { cacheDir: cacheDir(), log: () => undefined },
  );
  const [entry, root] = [dirname(image), join(dir, 'package')];
  const tree = join('lib/modules', release);
  const files = [
    ...MODULES.map((part) => join('kernel', part)),
    'modules.order',
    'modules.builtin',
    'modules.builtin.modinfo',
  ].map((path) => join(tree, path));
  for (const path of files) cpSync(join(entry, path), join(root, path), { recursive: true });
  mkdirSync(join(root, 'boot'));
  cpSync(join(entry, 'vmlinuz'), join(root, 'boot', `vmlinuz-${release}`));
  cpSync(join(entry, 'config'), join(root, 'boot', `config-${release}`));
  mkdirSync(join(root, 'DEBIAN'));
  writeFileSync(
    join(root, 'DEBIAN/control'),
    `Package: linux-image-${release}\nVersion: ${release}-1\nArchitecture: amd64\n` +
      'Maintainer: pmemrig <a@example.org>\nDescription: a kernel\n',
  );
  const deb = join(dir, `linux-image-${release}_${release}-1_amd64.deb`);
  await execa('dpkg-deb', ['--root-owner-group', '-Znone', '--build', root, deb]);
  return deb;
}
