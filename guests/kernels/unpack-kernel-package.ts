import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { toolFailedError, tryTool } from '../store/run-tool.ts';
import { finishModuleTree, writeModulesDisk } from './module-tree.ts';
import { extractPvhKernel } from './pvh-kernel.ts';

/**
 * Unpacks a kernel's Debian package into `dir`: leaves `vmlinuz`, `config` if it has one, and of its modules `modules.ext4` and the module tree, the
 * latter for later initramfs. Gives the kernel's release, and whether there are modules.
 * Rejects with UserError for a package without a kernel, and with InfraError.
 */
export async function unpackKernelPackage({ deb, dir }: { readonly deb: string; readonly dir: string }, context: PrepareContext): Promise<{ readonly release: string; readonly hasModules: boolean }> {
  const files = join(dir, 'files');
  const extract = ['dpkg-deb', '--extract', deb, files] as const;
  const unpacked = await tryTool(extract, { signal: context.signal });
  if (!unpacked.ok) throw /archive|format|compress|decompress|corrupt|unexpected end/i.test(unpacked.output) ? damaged(deb, unpacked.output) : toolFailedError(extract, unpacked.output);
  const boot = await readdir(join(files, 'boot')).catch((): string[] => []);
  const image = boot.find((name) => name.startsWith('vmlinuz-'));
  if (image === undefined) throw noKernel(deb);
  const release = image.slice('vmlinuz-'.length);
  await rename(join(files, 'boot', image), join(dir, 'vmlinuz'));
  await extractPvhKernel(join(dir, 'vmlinuz'), join(dir, 'vmlinux'), context);
  if (boot.includes(`config-${release}`)) await rename(join(files, 'boot', `config-${release}`), join(dir, 'config'));
  const hasModules = await moveModules(files, dir, release);
  await removeTree(files);
  if (hasModules) {
    await finishModuleTree(dir, release, context);
    await writeModulesDisk(join(dir, 'lib', 'modules', release), join(dir, 'modules.ext4'), context);
  }
  return { release, hasModules };
}

/** Since trixie Debian's packages hold usr/lib/modules. One of a kernel without modules has neither, or an empty one. */
async function moveModules(files: string, dir: string, release: string): Promise<boolean> {
  for (const lib of [join(files, 'lib'), join(files, 'usr', 'lib')]) {
    const tree = await readdir(join(lib, 'modules', release)).catch((): string[] => []);
    if (!tree.includes('kernel') && !tree.includes('modules.order')) continue;
    await rename(lib, join(dir, 'lib'));
    return true;
  }
  return false;
}

function noKernel(deb: string): UserError {
  return new UserError(`${deb} holds no kernel: there is no boot/vmlinuz-* in it`, { code: 'not-a-kernel-package', remedy: 'name the package linux-image-RELEASE, without -dbg, -headers or -libc-dev' });
}

function damaged(deb: string, output: string): UserError {
  return new UserError(`${deb} cannot be unpacked: ${output.trim().split('\n').at(-1) ?? ''}`, { code: 'damaged-package', remedy: 'build or fetch it anew' });
}
