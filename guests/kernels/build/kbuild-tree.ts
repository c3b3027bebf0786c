import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GUEST_ARCHITECTURE } from '../../../orchestrator/model/architecture.ts';
import { digestOf, hashFile, shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';
import { getOrCreate } from '../../store/store.ts';
import { isThere } from '../../store/is-there.ts';

const ARCH = `arch/${GUEST_ARCHITECTURE.sourceFolder}`;
/**
 * Whole folders that a build of an outside module reads; as in Debian's linux-headers and the kernel's own
 * scripts/package.
 */
const FOLDERS = ['include', 'scripts', `${ARCH}/include`];
const FILES = ['.config', 'Module.symvers', 'tools/objtool/objtool', `${ARCH}/kernel/macros.s`, 'scripts/module.lds'];
/** They are read while make finds its way, whichever module is built. */
const EVERYWHERE = ['Makefile*', 'Kconfig*', 'Kbuild*', 'Build'];

/** Of `find`: all of that, and none of the objects. */
const SELECTED = [
  ...'( -path ./Documentation -o -path ./tools/testing ) -prune -o'.split(' '),
  ...'( -type f -o -type l ) ! -name *.o ! -name .*.cmd ( -false'.split(' '),
  ...EVERYWHERE.flatMap((name) => ['-o', '-name', name]),
  ...FOLDERS.flatMap((folder) => ['-o', '-path', `./${folder}/*`]),
  ...FILES.flatMap((file) => ['-o', '-path', `./${file}`]),
  ')',
];

/** Folder of the store: kernels that differ in what no module sees share an entry. */
export const KBUILD_TREES = 'kbuild-trees';

export interface KbuildTree {
  /** Digest of the files' names, sizes and times. */
  readonly listing: string;
  /** Name of the store's entry. */
  readonly key: string;
}

/**
 * Keeps of a built tree what `make -C <entry> M=… modules` needs, some 5 % of it. `earlier` is what was kept of the same
 * tree before: nothing is read where nothing has changed since.
 */
export async function keepKbuildTree(
  sourceDir: string,
  earlier: KbuildTree | undefined,
  context: PrepareContext,
): Promise<KbuildTree> {
  const { signal } = context;
  const printed = await runTool(['find', '.', ...SELECTED, '-printf', String.raw`%p\t%s\t%T@\0`], {
    cwd: sourceDir,
    signal,
  });
  const lines = printed
    .split('\0')
    .filter((line) => line !== '')
    .toSorted();
  const listing = digestOf(lines);
  if (listing === earlier?.listing && (await isThere(entryOf(earlier, context)))) return earlier;

  const [list, archive] = [`${sourceDir}.kbuild.list`, `${sourceDir}.kbuild.tar`];
  try {
    await writeFile(list, lines.map((line) => line.slice(0, line.indexOf('\t'))).join('\0'));
    await runTool(
      ['tar', '--create', '--file', archive, '--null', '--files-from', list, '--owner=0', '--group=0', '--mtime=@0'],
      { cwd: sourceDir, signal },
    );
    const key = shortDigest(await hashFile(archive));
    await getOrCreate(
      {
        kind: KBUILD_TREES,
        key,
        build: async (dir) =>
          void (await runTool(['tar', '--extract', '--file', archive, '--directory', dir], { signal })),
      },
      context,
    );
    return { listing, key };
  } finally {
    await Promise.all([rm(list, { force: true }), rm(archive, { force: true })]);
  }
}

function entryOf({ key }: KbuildTree, { cacheDir }: PrepareContext): string {
  return join(cacheDir, KBUILD_TREES, key);
}
