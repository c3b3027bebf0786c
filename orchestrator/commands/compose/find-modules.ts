import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GUEST_ARCH } from '../../../guests/arch/architectures.ts';
import { findModulesAbove, readImageRelease } from '../../../guests/kernels/kinds/installed-kernels.ts';

/**
 * The modules of a given image, where its build or installation leaves them. The image lies among them, or they are in
 * `lib/modules` or `usr/lib/modules` of a folder above it, the host's own at last. Only those of its very release
 * count; `undefined` without any.
 */
export function findModules(image: string): string | undefined {
  // A link such as /vmlinuz lies elsewhere than what it leads to.
  for (const path of new Set([image, realPath(image)])) {
    const release = releaseOf(path);
    const found = release === undefined ? undefined : findModulesAbove(path, release);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `uname -r`: of a bzImage by its header, of a vmlinux as the tree around it, or its name, has it. */
function releaseOf(image: string): string | undefined {
  const release = readImageRelease(image);
  if (release !== undefined) return release;
  const top = GUEST_ARCH.imageInTree.exec(image)?.groups?.['top'] ?? dirname(image);
  try {
    return readFileSync(join(top, 'include/config/kernel.release'), 'utf8').trim();
  } catch {
    // No built tree; the loader says what is wrong with a file that is no image.
    return /^vmlinu[xz]-(\d\S*)$/.exec(basename(image))?.[1];
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // The loader says that it is not there.
    return path;
  }
}
