import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { KernelSpec } from '../../../orchestrator/model/matrix.ts';
import { digestFile, digestOf, hashFile, shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool, toolFailedError, tryTool } from '../../store/run-tool.ts';
import { getOrCreate } from '../../store/store.ts';
import { findBuildTree } from '../image/build-tree.ts';
import { isModuleTree } from './installed-kernels.ts';
import { prepareInitramfs } from '../boot/kernel-initramfs.ts';
import { readKernelRelease } from '../image/kernel-release.ts';
import { finishModuleTree, MODULE_FILES, writeModulesDisk } from '../boot/module-tree.ts';
import { bootImage, extractPvhKernel } from '../image/pvh-kernel.ts';
import type { PreparedKernel } from '../prepared-kernel.ts';
import { keepEmbeddedConfig } from './unpack-kernel.ts';
import { present } from '../../../orchestrator/model/present.ts';

type GivenKernelSpec = Extract<KernelSpec, { kind: 'image' }>;

/** They point back at the kernel's tree, or are what a careless copy made of that; no module is loaded from there. */
const BACKLINKS: readonly string[] = ['build', 'source'];

interface KernelFiles {
  readonly image: string;
  readonly tree: string | undefined;
}

/** Makes a kernel that the user built ready to boot: a bzImage or vmlinux, and its module tree if it has one. */
export async function prepareGivenKernel(spec: GivenKernelSpec, context: PrepareContext): Promise<PreparedKernel> {
  const release = await readKernelRelease(spec.image);
  const tree = spec.modules === undefined ? undefined : await findModuleTree(spec.modules, release);
  const given: KernelFiles = { image: spec.image, tree };
  const digest = await digestKernel(given, (file) => digestFile(file, context.cacheDir));

  const build = async (dir: string): Promise<void> => {
    context.log(`copying the kernel ${spec.image}`);
    const copy = await copyKernel(given, dir, release, context);
    // `make` may have gone on since the digest was taken: an entry must never hold other bytes than its name says.
    if ((await digestKernel(copy, hashFile)) !== digest || (await readKernelRelease(copy.image)) !== release)
      throw changedMeanwhile(given);
    await extractPvhKernel(copy.image, join(dir, 'vmlinux'), context);
    await keepEmbeddedConfig(dir);
    if (copy.tree === undefined) return;
    await finishModuleTree(dir, release, context);
    await writeModulesDisk(copy.tree, join(dir, 'modules.ext4'), context);
  };
  const entry = await getOrCreate(
    {
      kind: 'kernels',
      key: `${release}-${shortDigest(digest)}`,
      holds: () => ['vmlinuz', ...(tree === undefined ? [] : MODULE_FILES)],
      build,
    },
    context,
  );
  const initramfs = await prepareInitramfs({ entry, digest, release, hasModules: tree !== undefined }, context);
  const { notes, ...buildTree } = await findBuildTree(spec.image, release);
  const config = await findConfig(spec.image, {
    own: [join(entry, 'config'), join(entry, 'lib', 'modules', release, 'config')],
    beside: [
      join(dirname(spec.image), `config-${release}`),
      ...(buildTree.vmlinux === undefined ? [] : [join(dirname(buildTree.vmlinux), '.config')]),
    ],
  });

  return {
    name: spec.name,
    image: await bootImage(entry),
    release,
    description: `${release} (${spec.image})`,
    initramfs: initramfs.path,
    ...(tree !== undefined && { modulesDisk: join(entry, 'modules.ext4') }),
    ...buildTree,
    ...present({ config }),
    digest: initramfs.digest,
    notes,
  };
}

/**
 * The first that is there: what the kernel carries in itself or has among its modules, then what lies beside it and in
 * the tree that built it. In the tree, one that is newer than the image may be that of the next build.
 */
async function findConfig(
  image: string,
  { own, beside }: { readonly own: readonly string[]; readonly beside: readonly string[] },
): Promise<string | undefined> {
  const found = own.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const madeMs = await timeOf(image);
  const times = await Promise.all(beside.map(async (path) => ({ path, ms: await timeOf(path) })));
  return times.find(({ ms }) => ms !== undefined && madeMs !== undefined && ms <= madeMs)?.path;
}

async function timeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/**
 * The module tree below what the user named: that folder itself, the release's folder in it, or the `lib/modules` of an
 * INSTALL_MOD_PATH. Rejects with UserError if there is none, or of another version only.
 */
async function findModuleTree(path: string, release: string): Promise<string> {
  const folders = await Promise.all(
    [path, join(path, 'lib', 'modules'), join(path, 'usr', 'lib', 'modules')].map(entriesOf),
  );
  const trees = [path, ...folders.flat()].filter(isModuleTree);
  const match = trees.find((tree) => basename(tree) === release);
  if (match !== undefined) return match;
  const remedy =
    'name the lib/modules/<release> that `make modules_install INSTALL_MOD_PATH=…` of the same build wrote.';
  if (trees.length === 0) throw new UserError(`${path} holds no kernel modules.`, { code: 'no-modules', remedy });
  throw new UserError(
    `The modules in ${path} are for ${trees.map((tree) => basename(tree)).join(', ')}, but the kernel is ${release}.`,
    {
      code: 'modules-mismatch',
      remedy,
    },
  );
}

async function entriesOf(path: string): Promise<string[]> {
  const names = await readdir(path).catch((): string[] => []);
  return names.map((name) => join(path, name));
}

/** Copies what the user named to where the store wants it; modules that vanish meanwhile are the user's to mend. */
async function copyKernel(
  given: KernelFiles,
  dir: string,
  release: string,
  { signal }: PrepareContext,
): Promise<KernelFiles> {
  const image = join(dir, 'vmlinuz');
  await copyFile(given.image, image);
  if (given.tree === undefined) return { image, tree: undefined };
  const source = given.tree;
  const tree = join(dir, 'lib', 'modules', release);
  await mkdir(tree, { recursive: true });
  const names = (await readdir(source)).filter((name) => !BACKLINKS.includes(name));
  const copied = await tryTool(
    [
      'cp',
      '--recursive',
      '--reflink=auto',
      '--preserve=mode,timestamps',
      '--',
      ...names.map((name) => join(source, name)),
      tree,
    ],
    { signal },
  );
  if (!copied.ok)
    throw /No such file or directory/.test(copied.output)
      ? changedMeanwhile(given)
      : toolFailedError(['cp', source, tree], copied.output);
  // Package managers such as Nix install folders that even their owner cannot write to.
  await runTool(['chmod', '--recursive', 'u+rwX', tree], { signal });
  return { image, tree };
}

function changedMeanwhile({ image, tree }: KernelFiles): UserError {
  return new UserError(
    `The kernel ${image}${tree === undefined ? '' : `, or its modules in ${tree},`} changed while it was copied.`,
    {
      code: 'kernel-changed',
      remedy: 'let the build end, and run again.',
    },
  );
}

/** Digest of the image and of every module's bytes and place. */
async function digestKernel({ image, tree }: KernelFiles, digest: (file: string) => Promise<string>): Promise<string> {
  return digestOf(await digest(image), tree === undefined ? null : await digestTree(tree, digest));
}

async function digestTree(tree: string, digest: (file: string) => Promise<string>): Promise<string> {
  // Directory entries, not names: those would be followed through `build` and `source` into the kernel's tree.
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !BACKLINKS.some((name) => file.startsWith(`${join(tree, name)}/`)));
  const digests: string[] = [];
  for (const file of files.toSorted()) digests.push(file.slice(tree.length), await digest(file));
  return digestOf(digests);
}
