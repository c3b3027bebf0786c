import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GUEST_ARCHITECTURE } from '../../model/architecture.ts';
import { findInstalledKernels } from '../../../guests/kernels/kinds/installed-kernels.ts';
import { namedRelease } from '../../../guests/kernels/kinds/kernel-parts.ts';

/** The kernel that a folder stands for. */
export type KernelInFolder =
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'package'; readonly path: string }
  /** Several, so that one must be named. */
  | { readonly kind: 'several'; readonly paths: readonly string[] }
  | { readonly kind: 'none' };

/** Where a finished build leaves its image; a vmlinux alone is what `make vmlinux` stops at. */
const { kernelImage, kernelImagePath: BUILT_IMAGE } = GUEST_ARCHITECTURE;
const BY_NAME = [kernelImage, 'vmlinuz', 'vmlinux'];

/**
 * Looks into a folder that is no kernel source. It may be the output of a build, what `make dir-pkg` or an unpacked
 * package holds, an installed root or its /boot, or the packages of `make bindeb-pkg`. The newest build of a release
 * counts.
 */
export function findKernelIn(folder: string): KernelInFolder {
  const built = join(folder, BUILT_IMAGE);
  if (existsSync(built)) return { kind: 'image', image: built };
  const installed = findInstalledKernels(folder);
  const [only] = installed;
  if (only)
    return installed.length === 1
      ? { kind: 'image', image: only.image }
      : { kind: 'several', paths: installed.map(({ image }) => image) };
  const named = BY_NAME.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (named !== undefined) return { kind: 'image', image: named };
  const packages = findPackages(folder);
  const [path] = packages;
  if (path === undefined) return { kind: 'none' };
  return packages.length === 1 ? { kind: 'package', path } : { kind: 'several', paths: packages };
}

/**
 * The newest package of each release that has its kernel: linux-image-… before linux-binary-…, and a signed one before
 * an unsigned one.
 */
function findPackages(folder: string): readonly string[] {
  const byRelease = new Map<string, string>();
  const order = new Intl.Collator('en', { numeric: true });
  const files = readdirSync(folder)
    .filter((file) => /^linux-(?:image|binary)-.*\.deb$/.test(file))
    .toSorted((a, b) => rank(a) - rank(b) || order.compare(b, a));
  for (const file of files) {
    const release = namedRelease(file.replace(/_.*$/, ''));
    if (release !== undefined && !/-dbg(?:sym)?$/.test(release) && !byRelease.has(release))
      byRelease.set(release, join(folder, file));
  }
  return [...byRelease.values()];
}

function rank(file: string): number {
  return Number(file.startsWith('linux-binary-')) * 2 + Number(/-unsigned[-_]/.test(file));
}
