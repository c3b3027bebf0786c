import { join } from 'node:path';
import { initramfsRecipeDigest, writeInitramfs } from './initramfs.ts';
import { digestOf, shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { getOrCreate } from '../../store/store.ts';
import { prepareBusybox } from './busybox.ts';
import { readModuleIndex } from './module-tree.ts';

interface InitramfsKernel {
  /** Store entry of the kernel, with its module tree in `lib/modules/<release>` if it has one. */
  readonly entry: string;
  readonly digest: string;
  readonly release: string;
  readonly hasModules: boolean;
}

/** The initramfs of a kernel, and the digest of kernel and initramfs together. */
export async function prepareInitramfs(
  kernel: InitramfsKernel,
  context: PrepareContext,
): Promise<{ readonly path: string; readonly digest: string }> {
  const busybox = await prepareBusybox(context);
  const recipe = [busybox.digest, await initramfsRecipeDigest()];
  const digest = digestOf(kernel.digest, ...recipe);
  // Without modules it is the same for all kernels.
  const key = kernel.hasModules ? `${kernel.release}-${shortDigest(digest)}` : `any-${shortDigest(digestOf(recipe))}`;
  const build = async (dir: string): Promise<void> => {
    const tree = join(kernel.entry, 'lib', 'modules', kernel.release);
    const modules = kernel.hasModules ? { modules: { tree, index: await readModuleIndex(tree) } } : {};
    await writeInitramfs({ busybox: busybox.path, ...modules, out: join(dir, 'initramfs.cpio') });
  };
  const entry = await getOrCreate({ kind: 'initramfs', key, holds: () => ['initramfs.cpio'], build }, context);
  return { path: join(entry, 'initramfs.cpio'), digest };
}
