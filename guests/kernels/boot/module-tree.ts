import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { createExt4Image } from '../../store/ext4-image.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';
import { type ModuleIndex, parseModuleIndex } from './module-index.ts';

/** Programs that replace a compressed file by its content, and the files they are for. */
const DECOMPRESSORS = [
  { suffix: '.ko.xz', argv: ['xz', '--decompress', '--quiet', '--'] },
  { suffix: '.ko.zst', argv: ['zstd', '--decompress', '--quiet', '--rm', '--'] },
  { suffix: '.ko.gz', argv: ['gzip', '--decompress', '--quiet', '--'] },
] as const;
const FILES_PER_CALL = 200;

/** What a store entry holds of a kernel with modules: the disk for guests, and the tree for later initramfs. */
export const MODULE_FILES: readonly string[] = ['modules.ext4', 'lib/modules'];

/** As {@link MODULE_FILES}, where only the entry itself shows whether the kernel has modules. */
export function modulesOf(entry: string): readonly string[] {
  return ['modules.ext4', 'lib'].some((name) => existsSync(join(entry, name))) ? MODULE_FILES : [];
}

/**
 * Makes a module tree `<root>/lib/modules/<release>` ready to load from. Every module is uncompressed: a guest under
 * TCG would spend seconds on xz. depmod indexes the tree, which Debian leaves to the package's postinst.
 */
export async function finishModuleTree(root: string, release: string, { signal }: PrepareContext): Promise<void> {
  const tree = join(root, 'lib', 'modules', release);
  // Not by name alone, which would follow links and unpack modules of the host in place.
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .toSorted();
  for (const { suffix, argv } of DECOMPRESSORS) {
    const matching = files.filter((name) => name.endsWith(suffix));
    const calls = Array.from({ length: Math.ceil(matching.length / FILES_PER_CALL) }, (_, i) =>
      matching.slice(i * FILES_PER_CALL, (i + 1) * FILES_PER_CALL),
    );
    const worker = async (): Promise<void> => {
      for (let names = calls.pop(); names; names = calls.pop())
        await runTool([...argv, ...names], { cwd: tree, signal });
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  }
  // depmod wants both, and a tree made without `modules_install` may lack them.
  await Promise.all(['modules.order', 'modules.builtin'].map((name) => writeFile(join(tree, name), '', { flag: 'a' })));
  await runTool(['depmod', '--basedir', root, release], { signal });
}

/** Reads the index that {@link finishModuleTree} leaves. */
export async function readModuleIndex(tree: string): Promise<ModuleIndex> {
  const [dep, builtin] = await Promise.all(
    ['modules.dep', 'modules.builtin'].map((name) => readFile(join(tree, name), 'utf8')),
  );
  return parseModuleIndex(dep ?? '', builtin ?? '');
}

/** Writes the read-only disk that a guest mounts at `/lib/modules/<release>`. */
export async function writeModulesDisk(tree: string, disk: string, context: PrepareContext): Promise<void> {
  await createExt4Image({ from: tree, to: disk, label: 'pmemrig-modules', inNamespace: false }, context);
}
