import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HEAD_BYTES, parseBzImageRelease } from '../../guests/kernels/kernel-release.ts';

/** Where a build puts what can be booted, below the top of its tree. */
const IN_TREE = /^(?<top>.+)\/arch\/x86(?:_64)?\/boot\/bzImage$/;

/**
 * The modules of a given image, where its build or installation leaves them: `lib/modules` of its tree (`make modules_install INSTALL_MOD_PATH=.`),
 * the same in the folder of the image or above that, and the host's own for an image in /boot. Only those of its very release; `undefined`
 * without any.
 */
export function findModules(image: string): string | undefined {
  const top = IN_TREE.exec(image)?.groups?.['top'];
  const folder = dirname(image);
  const release = releaseOf(image, top ?? folder);
  if (release === undefined) return undefined;
  const roots = [...(top === undefined ? [] : [top]), folder, dirname(folder)];
  return roots.map((root) => join(root, 'lib', 'modules', release)).find((dir) => ['modules.order', 'modules.dep', 'kernel'].some((mark) => existsSync(join(dir, mark))));
}

/** `uname -r`: of a bzImage by its header, of a vmlinux as the tree around it has it. */
function releaseOf(image: string, top: string): string | undefined {
  try {
    return parseBzImageRelease(readHead(image)) ?? readFileSync(join(top, 'include/config/kernel.release'), 'utf8').trim();
  } catch {
    // The loader says what is wrong with the image.
    return undefined;
  }
}

/** Enough of a file to tell a bzImage. */
export function readHead(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
