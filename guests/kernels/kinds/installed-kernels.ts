import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { parseImageRelease } from '../image/kernel-release.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** A kernel as `make install`, `make dir-pkg` or a distribution's package leaves it. */
export interface InstalledKernel {
  /** As its image says: file names may be shortened or wrong. */
  readonly release: string;
  readonly image: string;
  /** The module tree of that very release. */
  readonly modules?: string;
  /** The `.config`. */
  readonly config?: string;
}

/** Where modules lie below a root: Debian moved them to the second in trixie, Fedora and Arch before that. */
const MODULE_ROOTS = ['lib/modules', 'usr/lib/modules'];
/** Any of them makes a folder a module tree. */
const TREE_MARKS: ReadonlySet<string> = new Set(['modules.order', 'modules.dep', 'kernel']);

/**
 * The kernels below a root: images in the root itself, in `boot` and among modules, each with its modules and
 * configuration. Gives one for each release. An image with its distribution's usual name goes before a copy with
 * another name, such as a rescue image.
 */
export function findInstalledKernels(root: string): readonly InstalledKernel[] {
  const trees = MODULE_ROOTS.flatMap((folder) =>
    listFolder(join(root, folder)).map((name) => join(root, folder, name)),
  );
  const byRelease = new Map<string, string[]>();
  for (const folder of [...trees, join(root, 'boot'), root]) {
    for (const image of listFolder(folder).map((name) => join(folder, name))) {
      const release = readImageRelease(image);
      if (release !== undefined) byRelease.set(release, [...(byRelease.get(release) ?? []), image]);
    }
  }
  return [...byRelease].map(([release, images]): InstalledKernel => {
    const image = images.find((path) => ['vmlinuz', `vmlinuz-${release}`].includes(basename(path))) ?? images[0] ?? '';
    const modules = trees.find((tree) => basename(tree) === release && isModuleTree(tree));
    const configs = [
      join(dirname(image), `config-${release}`),
      join(root, 'boot', `config-${release}`),
      ...trees.filter((tree) => basename(tree) === release).map((tree) => join(tree, 'config')),
    ];
    const config = configs.find(isFile);
    return { release, image, ...present({ modules, config }) };
  });
}

/**
 * The modules of a release, from where its image lies: that folder itself, or `lib/modules` and `usr/lib/modules` of
 * any folder above it, the nearest first. So the tree of a build, an unpacked package, another root and the host's own
 * are found alike.
 */
export function findModulesAbove(image: string, release: string): string | undefined {
  for (let folder = dirname(image); ; folder = dirname(folder)) {
    const candidates = [folder, ...MODULE_ROOTS.map((root) => join(folder, root, release))];
    const found = candidates.find((tree) => basename(tree) === release && isModuleTree(tree));
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

/**
 * Whether modules can be loaded from a folder, once it is indexed. A file is none, and lies beside module trees as
 * System.map does.
 */
export function isModuleTree(folder: string): boolean {
  return listFolder(folder).some((name) => TREE_MARKS.has(name));
}

/** `uname -r` of a bzImage; `undefined` for what is none or cannot be read. */
export function readImageRelease(path: string): string | undefined {
  // Most files of a folder are none, as their first sectors show.
  const { recognises, setupBytes } = GUEST_ARCH.imageFormat;
  return isFile(path) && recognises(readHead(path, setupBytes)) ? parseImageRelease(readHead(path)) : undefined;
}

/** The first bytes of a file, enough to recognise a bzImage; empty for a file that cannot be read. */
export function readHead(path: string, bytes = GUEST_ARCH.imageFormat.headBytes): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(bytes);
      return head.subarray(0, readSync(file, head, 0, bytes, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return Buffer.alloc(0);
  }
}

/** Empty for what is no folder or cannot be read. */
function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path).toSorted();
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // A link that dangles or leads in a circle, or a folder that is not ours to read.
    return false;
  }
}
