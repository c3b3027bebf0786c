import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { KernelSpec } from '../../model/matrix.ts';

/**
 * Why a kernel cannot see lock problems, as far as is known before it boots. `undefined` if it can, or if only the
 * booted guest knows.
 */
export function whyNoProveLocking(kernel: KernelSpec): string | undefined {
  switch (kernel.kind) {
    case 'debian':
      return "Debian's kernels are built without CONFIG_PROVE_LOCKING";
    case 'image': {
      const config = findConfig(kernel.image);
      return config === undefined || provesLocking(config.text)
        ? undefined
        : `${config.path} is without CONFIG_PROVE_LOCKING`;
    }
    // Its configuration is packed; the guest will show it.
    case 'package':
      return undefined;
    case 'source': {
      // A configuration of the user's own may turn it on; the guest will show it.
      const ownConfig =
        (typeof kernel.base === 'object' && 'file' in kernel.base) ||
        kernel.config.some((fragment) => isAbsolute(fragment));
      return ownConfig || kernel.config.includes('prove-locking')
        ? undefined
        : 'it is built without the fragment prove-locking';
    }
    default:
      return kernel satisfies never;
  }
}

/** Whether a configuration has PROVE_LOCKING. */
export function provesLocking(config: string): boolean {
  return /^CONFIG_PROVE_LOCKING=y$/m.test(config);
}

/**
 * The configuration that lies where a kernel's build leaves it: `.config` beside a vmlinux, three folders above
 * arch/x86/boot/bzImage, and `config-RELEASE` beside an installed `vmlinuz-RELEASE`. One that is newer than the image
 * may be that of the next build, and says nothing.
 */
export function findConfig(image: string): { readonly path: string; readonly text: string } | undefined {
  const folder = dirname(image);
  const name = basename(image);
  const candidates = [
    ...(name === 'vmlinux' ? [join(folder, '.config')] : []),
    ...(/\/arch\/\w+\/boot$/.test(folder) ? [join(folder, '../../../.config')] : []),
    ...(name.startsWith('vmlinuz-') ? [join(folder, name.replace('vmlinuz-', 'config-'))] : []),
  ];
  for (const path of candidates) {
    try {
      if (statSync(path).mtimeMs > statSync(image).mtimeMs) continue;
      return { path, text: readFileSync(path, 'utf8') };
    } catch {
      // Not there, or not to be read: the guest will show it.
    }
  }
  return undefined;
}
