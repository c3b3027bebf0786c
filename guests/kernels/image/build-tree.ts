import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import type { PreparedKernel } from '../prepared-kernel.ts';

/** What the tree that an image was built in offers beyond the image. */
export interface BuildTree extends Pick<PreparedKernel, 'kbuild' | 'vmlinux'> {
  readonly notes: readonly string[];
}

/**
 * Looks whether a kernel image still lies in the tree in which it was built. Then the tree's `vmlinux` resolves stack
 * traces, and modules can be built for it. A tree that has gone on to another release does not belong to this image.
 */
export async function findBuildTree(image: string, release: string): Promise<BuildTree> {
  const top = findTop(await realpath(image).catch(() => image));
  if (top === undefined) return { notes: [] };
  // Written by `make prepare`; a folder that merely looks like a tree does not have it.
  const built = await readFile(join(top, 'include/config/kernel.release'), 'utf8').catch(() => undefined);
  if (built === undefined) return { notes: [] };
  if (built.trim() !== release)
    return { notes: [`${top} is configured for ${built.trim()} by now, so its vmlinux and headers are not used`] };

  const vmlinux = join(top, 'vmlinux');
  const note = await whyNoModules(top);
  return {
    ...((await isFile(vmlinux)) && { vmlinux }),
    ...(note === undefined ? { kbuild: top, notes: [] } : { notes: [note] }),
  };
}

/** Builds leave what QEMU can start in two places. */
function findTop(image: string): string | undefined {
  const { top, file } = GUEST_ARCH.imageInTree.exec(image)?.groups ?? {};
  return file === GUEST_ARCH.kernelImage ? top : /^(?<top>.+)\/vmlinux$/.exec(image)?.groups?.['top'];
}

/** Modules need the kernel's option for them, and the symbols that only a whole `make` writes down. */
async function whyNoModules(top: string): Promise<string | undefined> {
  const config = await readFile(join(top, 'include/config/auto.conf'), 'utf8').catch(() => '');
  if (!/^CONFIG_MODULES=y$/m.test(config))
    return `no modules can be built in ${top}: the kernel was configured without CONFIG_MODULES`;
  if (!(await isFile(join(top, 'Module.symvers'))))
    return `no modules can be built in ${top}: it has no Module.symvers, which \`make\` or \`make modules\` writes`;
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
