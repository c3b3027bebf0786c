import { mkdir, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { removeTree } from '../../store/remove-tree.ts';
import { toolFailedError, tryTool } from '../../store/run-tool.ts';
import { dropOutsideLinks } from './drop-outside-links.ts';
import { readEmbeddedConfig } from '../image/embedded-config.ts';
import { findInstalledKernels, type InstalledKernel } from './installed-kernels.ts';
import { finishModuleTree, writeModulesDisk } from '../boot/module-tree.ts';
import { extractPvhKernel } from '../image/pvh-kernel.ts';

/**
 * A file with a kernel or a part of one in it: a Debian package, or a tar archive as `make tarzst-pkg` and Arch's
 * packages are.
 */
export interface KernelArchive {
  readonly path: string;
  /** For messages: what the user named, never a place in the cache. */
  readonly label: string;
}

type KernelArchives = readonly [KernelArchive, ...KernelArchive[]];

/** `vmlinux-6.12.0-x86.tar.zst` and the like. */
export function isTarName(path: string): boolean {
  return /\.(?:tar(?:\.(?:gz|bz2|xz|zst|lz4|lzma|lzo))?|tgz|txz|tbz2?|tzst)$/.test(path);
}

/**
 * Unpacks the archives that together are one kernel into `dir`. Leaves `vmlinuz`, and `config` if there is one. Of its
 * modules it leaves `modules.ext4` and the module tree, the latter for later initramfs. Gives the kernel's release, and
 * whether there are modules. Rejects with UserError for archives without a kernel, with several, or damaged, and with
 * InfraError.
 */
export async function unpackKernel(
  { archives, dir }: { readonly archives: KernelArchives; readonly dir: string },
  context: PrepareContext,
): Promise<{ readonly release: string; readonly hasModules: boolean }> {
  const files = join(dir, 'files');
  await mkdir(files);
  for (const archive of archives) {
    await extract(archive, files, context);
    // Before the next one is unpacked, and anything is looked for.
    await dropOutsideLinks(files);
  }
  const found = onlyKernel(findInstalledKernels(files), archives);
  const { release } = found;
  // The files themselves: `boot/vmlinuz` may be a link to `vmlinuz-RELEASE`.
  const [image, modules, config] = await Promise.all([
    realpath(found.image),
    found.modules && realpath(found.modules),
    found.config && realpath(found.config),
  ]);
  if (modules !== undefined) await dropOutsideLinks(modules);
  // First, since it may lie among the modules.
  await rename(image, join(dir, 'vmlinuz'));
  if (config !== undefined) await rename(config, join(dir, 'config'));
  await extractPvhKernel(join(dir, 'vmlinuz'), join(dir, 'vmlinux'), context);
  if (config === undefined) await keepEmbeddedConfig(dir);
  if (modules !== undefined) {
    await mkdir(join(dir, 'lib', 'modules'), { recursive: true });
    await rename(modules, join(dir, 'lib', 'modules', release));
  }
  await removeTree(files);
  if (modules !== undefined) {
    await finishModuleTree(dir, release, context);
    await writeModulesDisk(join(dir, 'lib', 'modules', release), join(dir, 'modules.ext4'), context);
  }
  return { release, hasModules: modules !== undefined };
}

/** Leaves the `.config` that the unpacked kernel carries in itself (CONFIG_IKCONFIG) as `config`. */
export async function keepEmbeddedConfig(dir: string): Promise<void> {
  for (const image of ['vmlinux', 'vmlinuz']) {
    const config = await readEmbeddedConfig(join(dir, image));
    if (config !== undefined) return writeFile(join(dir, 'config'), config);
  }
}

async function extract({ path, label }: KernelArchive, to: string, { signal }: PrepareContext): Promise<void> {
  const argv: [string, ...string[]] = isTarName(path)
    ? ['tar', '--extract', '--no-same-owner', '--file', path, '--directory', to]
    : ['dpkg-deb', '--extract', path, to];
  const unpacked = await tryTool(argv, { signal });
  if (unpacked.ok) return;
  throw /archive|format|compress|decompress|corrupt|unexpected end/i.test(unpacked.output)
    ? damaged(label, unpacked.output)
    : toolFailedError(argv, unpacked.output);
}

function onlyKernel(kernels: readonly InstalledKernel[], archives: KernelArchives): InstalledKernel {
  const [kernel, ...others] = kernels;
  const label = archives.map((archive) => archive.label).join(', ');
  if (kernel === undefined) {
    throw new UserError(
      `${label} ${archives.length > 1 ? 'hold' : 'holds'} no kernel for ${GUEST_ARCH.sourceFolder}: ` +
        `there is no ${GUEST_ARCH.kernelImage} in it, neither in boot nor in lib/modules/RELEASE`,
      {
        code: 'not-a-kernel-package',
        remedy:
          'name the package linux-image-RELEASE, without -dbg, -headers or -libc-dev, ' +
          'or the archive that `make tarzst-pkg` wrote',
      },
    );
  }
  if (others.length === 0) return kernel;
  throw new UserError(`${label} holds several kernels: ${kernels.map(({ release }) => release).join(', ')}`, {
    code: 'several-kernels',
    remedy: 'unpack it, and name the image of one of them',
  });
}

function damaged(label: string, output: string): UserError {
  return new UserError(`${label} cannot be unpacked: ${output.trim().split('\n').at(-1) ?? ''}`, {
    code: 'damaged-package',
    remedy: 'build or fetch it anew',
  });
}
