import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { digestOf } from '../../store/digest.ts';
import { isThere } from '../../store/is-there.ts';
import { ownFile } from '../../store/own-file.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { removeTree } from '../../store/remove-tree.ts';
import { runTool } from '../../store/run-tool.ts';
import { finishModuleTree, writeModulesDisk } from '../boot/module-tree.ts';
import { readKernelRelease } from '../image/kernel-release.ts';
import { extractPvhKernel } from '../image/pvh-kernel.ts';
import type { BuildLeft } from './build-left.ts';
import { type MakeOptions, makeTarget } from './make-kernel.ts';

/** Where modules are installed, below the source: all that the makefiles write to. */
const INSTALLED = '.pmemrig-installed';

/** Distributions compress their modules; guests load them as they are, so they would only be unpacked again. */
const UNCOMPRESSED = ['ALL', 'GZIP', 'XZ', 'ZSTD'].map((kind) => `CONFIG_MODULE_COMPRESS_${kind}=`);

/** Copies the images of a built kernel to its entry. Rejects with KernelError for what is no kernel. */
export async function keepImages(sourceDir: string, dir: string, context: PrepareContext): Promise<void> {
  const copy = async (name: string, to: string): Promise<void> =>
    copyFile(await ownFile(sourceDir, name), join(dir, to), constants.COPYFILE_FICLONE);
  await mkdir(join(dir, 'debug'));
  await Promise.all([
    copy(GUEST_ARCH.kernelImagePath, 'vmlinuz'),
    copy('vmlinux', join('debug', 'vmlinux')),
    copy('System.map', 'System.map'),
  ]);
  const vmlinuz = join(dir, 'vmlinuz');
  // Refuses what is no kernel before anything boots it.
  await readKernelRelease(vmlinuz);
  await extractPvhKernel(vmlinuz, join(dir, 'vmlinux'), context);
}

/** `undefined` for a kernel that has all built in. Modules that are what they were are taken from the earlier kernel. */
export async function keepModules(
  dir: string,
  release: string,
  earlier: BuildLeft['modules'],
  options: MakeOptions,
): Promise<BuildLeft['modules']> {
  const { sourceDir, context } = options;
  const order = await readFile(join(sourceDir, 'modules.order'), 'utf8').catch(() => '');
  if (order === '') return undefined;
  const listing = digestOf(release, order, await listModules(sourceDir, context));
  const entry = join(dirname(dir), basename(dir).replace(/\.partial-.*$/, ''));
  const tree = join(dir, 'lib', 'modules', release);
  if (listing === earlier?.listing && (await isThere(join(earlier.entry, 'modules.ext4')))) {
    const [lib, disk] = ['lib', 'modules.ext4'].map((name) => join(earlier.entry, name)) as [string, string];
    await runTool(['cp', '--archive', '--link', lib, disk, dir], { signal: context.signal });
    return { listing, entry };
  }
  const installed = join(sourceDir, INSTALLED);
  await removeTree(installed);
  await makeTarget(
    [`INSTALL_MOD_PATH=${installed}`, 'INSTALL_MOD_STRIP=1', 'DEPMOD=true', ...UNCOMPRESSED, 'modules_install'],
    options,
  );
  await ownFile(sourceDir, join(INSTALLED, 'lib', 'modules', release, 'modules.order'));
  // `build` and `source`, and all else that a makefile may have linked.
  await runTool(['find', installed, '-type', 'l', '-delete'], { signal: context.signal });
  await mkdir(dirname(tree), { recursive: true });
  await rename(join(installed, 'lib', 'modules', release), tree);
  await finishModuleTree(dir, release, context);
  await writeModulesDisk(tree, join(dir, 'modules.ext4'), context);
  return { listing, entry };
}

/** Sizes and times of all that is loaded, and of the index of what is built in. */
async function listModules(sourceDir: string, { signal }: PrepareContext): Promise<readonly string[]> {
  const found = await runTool(
    [
      'find',
      '.',
      '-name',
      '*.ko',
      '-printf',
      String.raw`%p %s %T@\n`,
      '-o',
      '-name',
      'modules.builtin',
      '-printf',
      String.raw`%p %s\n`,
    ],
    { cwd: sourceDir, signal },
  );
  return found.split('\n').toSorted();
}
