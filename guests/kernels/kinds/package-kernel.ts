import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { KernelSpec } from '../../../orchestrator/model/matrix.ts';
import { digestFile, digestOf, hashFile, shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { getOrCreate } from '../../store/store.ts';
import { prepareInitramfs } from '../boot/kernel-initramfs.ts';
import { modulesOf } from '../boot/module-tree.ts';
import { findPackageFamily } from './package-family.ts';
import type { PreparedKernel } from '../prepared-kernel.ts';
import { bootImage } from '../image/pvh-kernel.ts';
import { isTarName, type KernelArchive, unpackKernel } from './unpack-kernel.ts';
import { isThere } from '../../store/is-there.ts';

type PackageKernelSpec = Extract<KernelSpec, { kind: 'package' }>;

/** Raise it when an entry of the store would come out different from the same package. */
const RECIPE_VERSION = 2;
/** Holds the release: it stands only in the kernel itself. */
const RELEASE_FILE = 'release';

/** Makes the kernel of a package or archive that lies on this host ready to boot: unpacked once for the same bytes. */
export async function preparePackageKernel(spec: PackageKernelSpec, context: PrepareContext): Promise<PreparedKernel> {
  const [first, ...others] = isTarName(spec.path)
    ? ([spec.path] as const)
    : await findPackageFamily(spec.path, { signal: context.signal });
  const paths = [first, ...others];
  const digest = digestOf(await Promise.all(paths.map(async (path) => digestFile(path, context.cacheDir))));
  const build = async (dir: string): Promise<void> => {
    context.log(`unpacking ${paths.join(', ')}`);
    const { release } = await unpackKernel({ archives: [asArchive(first), ...others.map(asArchive)], dir }, context);
    // An entry must never hold other bytes than its name says.
    if (digestOf(await Promise.all(paths.map(hashFile))) !== digest) {
      throw new UserError(`The package ${spec.path} changed while it was unpacked.`, {
        code: 'kernel-changed',
        remedy: 'let the build end, and run again.',
      });
    }
    await writeFile(join(dir, RELEASE_FILE), release);
  };
  const entry = await getOrCreate(
    {
      kind: 'kernels',
      key: `package-${shortDigest(digestOf(RECIPE_VERSION, digest))}`,
      holds: (dir) => ['vmlinuz', RELEASE_FILE, ...modulesOf(dir)],
      build,
    },
    context,
  );
  const release = await readFile(join(entry, RELEASE_FILE), 'utf8');
  const [hasModules, hasConfig] = await Promise.all(
    ['modules.ext4', 'config'].map(async (file) => isThere(join(entry, file))),
  );
  const initramfs = await prepareInitramfs({ entry, digest, release, hasModules: hasModules === true }, context);
  return {
    name: spec.name,
    image: await bootImage(entry),
    release,
    description: `${release} (${basename(spec.path)}${others.length > 0 ? ` and ${others.length} beside it` : ''})`,
    initramfs: initramfs.path,
    ...(hasModules === true && { modulesDisk: join(entry, 'modules.ext4') }),
    ...(hasConfig === true && { config: join(entry, 'config') }),
    digest: initramfs.digest,
    notes: [],
  };
}

function asArchive(path: string): KernelArchive {
  return { path, label: path };
}
