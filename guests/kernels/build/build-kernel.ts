import { copyFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KernelSource, SourceKernelSpec } from '../../../orchestrator/model/matrix.ts';
import { digestOf, shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { removeTree } from '../../store/remove-tree.ts';
import { runTool } from '../../store/run-tool.ts';
import { findSandbox } from '../../store/sandbox.ts';
import { getOrCreate } from '../../store/store.ts';
import { configureKernel, digestConfigInputs } from '../kconfig/configure-kernel.ts';
import { prepareInitramfs } from '../boot/kernel-initramfs.ts';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { readKernelRelease } from '../image/kernel-release.ts';
import { finishModuleTree, MODULE_FILES, writeModulesDisk } from '../boot/module-tree.ts';
import type { PreparedKernel } from '../prepared-kernel.ts';
import { bootImage, extractPvhKernel } from '../image/pvh-kernel.ts';
import { applyPatches } from './apply-patches.ts';
import { type BuildTools, findBuildTools } from './build-tools.ts';
import { BUILD_RECORD, type BuildRecord, describeBuild, readBuildRecord } from './build-record.ts';
import { estimateBuildBytes, LEAST_BUILD_BYTES, requireSpace } from './build-space.ts';
import { openCompilerCache } from './ccache.ts';
import { listWarnings } from './compiler-output.ts';
import { requireConfigTools } from './config-tools.ts';
import { findBase, type FoundBase } from './find-base.ts';
import { findDebianSource } from './debian-source.ts';
import { findTreeSource } from './tree-source.ts';
import { keepKbuildTree } from './kbuild-tree.ts';
import { compileKernel, makeRelease, makeTarget } from './make-kernel.ts';
import { ownFile } from '../../store/own-file.ts';
import { hashPatchset, type Patch, readPatches } from '../patches/read-patches.ts';
import { recallObjects, rememberObjects } from './remembered-objects.ts';
import type { FoundSource } from './source.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** Raise it when the build below would leave something else for the same source and configuration. */
const RECIPE_VERSION = 1;

/** Where modules are installed, below the source: all that the makefiles write to. */
const INSTALLED = '.pmemrig-installed';

/** Distributions compress their modules; guests load them as they are, so they would only be unpacked again. */
const UNCOMPRESSED = ['ALL', 'GZIP', 'XZ', 'ZSTD'].map((kind) => `CONFIG_MODULE_COMPRESS_${kind}=`);

/** Two kernels are compared by their warnings up to this many. */
const MAX_WARNINGS = 500;

interface Ingredients {
  readonly base: FoundBase;
  readonly source: FoundSource;
  readonly patches: readonly Patch[];
  readonly tools: BuildTools;
  /** Outside the entry, which is gone if the build fails. */
  readonly logFile: string;
}

/**
 * Builds a kernel from source, or finds what an earlier build of the same source, patches, configuration and compiler
 * left. The entry holds `vmlinuz`, `config`, `System.map`, `debug/vmlinux` (with line information), `kbuild` (for
 * outside modules), `build.log`, `build.json`, and the modules if there are any. Rejects with UserError for the user's
 * source, patches and options, with KernelError for a kernel that does not compile, and with InfraError.
 */
export async function prepareSourceKernel(spec: SourceKernelSpec, context: PrepareContext): Promise<PreparedKernel> {
  const tools = await findBuildTools(context);
  const patches = await readPatches(spec.source.patches, context);
  const base = await findBase(spec.base, context);
  const configDigest = await digestConfigInputs(base.base, spec.config);
  const source = await findSource(spec.source, context);
  const digest = digestOf(
    RECIPE_VERSION,
    source.digest,
    patches.map(({ diff }) => diff),
    configDigest,
    tools.version,
  );
  const key = `built-${shortDigest(digest)}`;
  const ingredients = { base, source, patches, tools, logFile: join(context.cacheDir, 'build-logs', `${key}.log`) };
  const entry = await getOrCreate(
    { kind: 'kernels', key, holds: heldFiles, build: (dir) => build(spec, ingredients, dir, context) },
    context,
  );
  const record = await readBuildRecord(entry);
  const initramfs = await prepareInitramfs(
    { entry, digest, release: record.release, hasModules: record.modules },
    context,
  );
  return {
    name: spec.name,
    image: await bootImage(entry),
    release: record.release,
    description: describeBuild(record, source.description),
    source: { ...present({ commit: source.commit }), patchset: hashPatchset(patches) },
    initramfs: initramfs.path,
    ...(record.modules && { modulesDisk: join(entry, 'modules.ext4') }),
    config: join(entry, 'config'),
    vmlinux: join(entry, 'debug', 'vmlinux'),
    kbuild: join(entry, 'kbuild'),
    digest: initramfs.digest,
    notes: [...source.notes, ...base.notes, ...record.notes, ...noteWarnings(record)],
    // Warnings of the whole tree. The record has those of the pmem stack alone.
    warnings: listWarnings(await readFile(join(entry, 'build.log'), 'utf8')).slice(0, MAX_WARNINGS),
  };
}

async function heldFiles(entry: string): Promise<readonly string[]> {
  const record = await readBuildRecord(entry).catch(() => undefined);
  return ['vmlinuz', 'config', 'build.log', BUILD_RECORD, ...(record?.modules === true ? MODULE_FILES : [])];
}

function noteWarnings({ warnings }: BuildRecord): readonly string[] {
  const [first] = warnings;
  if (!first) return [];
  return [
    `the compiler warned ${warnings.length} ${warnings.length === 1 ? 'time' : 'times'} of nvdimm, dax, ` +
      `md or fs, first at ${first.file}:${first.line}: ${first.text}`,
  ];
}

async function build(
  spec: SourceKernelSpec,
  { base, source, patches, tools, logFile }: Ingredients,
  dir: string,
  context: PrepareContext,
): Promise<void> {
  const start = performance.now();
  await requireSpace(dir, LEAST_BUILD_BYTES);
  const sourceDir = join(dir, 'source');
  await mkdir(sourceDir);
  context.log(`unpacking ${source.description}`);
  context.progress?.('unpacking the source');
  await source.unpack(sourceDir);
  await applyPatches(patches, sourceDir, context);

  const sandbox = await findSandbox();
  const options = {
    sourceDir,
    tools,
    context,
    ...(tools.ccache && { cache: await openCompilerCache(patches, sourceDir, context) }),
  };
  context.log(`configuring ${spec.name}: ${spec.config.join(', ')}`);
  context.progress?.('configuring');
  const make = async (words: readonly string[]): Promise<void> => void (await makeTarget(words, options));
  const { configText, config, notes } = await configureKernel({
    sourceDir,
    base: base.base,
    fragments: spec.config,
    make,
    hasPahole: tools.hasPahole,
  });
  await requireConfigTools(config);
  await requireSpace(dir, estimateBuildBytes(config));
  const release = await makeRelease(options);

  context.log(`compiling ${release}${tools.ccache ? ' with ccache' : ''}`);
  const kind = digestOf(release.split('.', 2), spec.base, spec.config);
  const { objects, warnings } = await compileKernel(logFile, await recallObjects(kind, context.cacheDir), options);
  await rename(logFile, join(dir, 'build.log'));
  await rememberObjects(kind, objects, context.cacheDir);

  context.progress?.('keeping what guests need');
  const modules = await keepModules(dir, release, options);
  await keepImages(sourceDir, dir, context);
  await writeFile(join(dir, 'config'), configText);
  await keepKbuildTree(sourceDir, join(dir, 'kbuild'), context);
  const record: BuildRecord = {
    release,
    source: source.description,
    patches: patches.map(({ label }) => label),
    base: base.description,
    config: [...spec.config],
    compiler: tools.compiler,
    ccache: tools.ccache,
    objects,
    seconds: Math.round((performance.now() - start) / 1000),
    modules,
    warnings: [...warnings],
    notes: [
      ...notes,
      ...(sandbox.kind === 'none'
        ? [`it was built without a sandbox, by makefiles with this user's rights: ${sandbox.reason}`]
        : []),
    ],
  };
  await writeFile(join(dir, BUILD_RECORD), `${JSON.stringify(record, undefined, 2)}\n`);
  await removeTree(sourceDir);
}

async function keepImages(sourceDir: string, dir: string, context: PrepareContext): Promise<void> {
  const vmlinuz = join(dir, 'vmlinuz');
  await copyFile(await ownFile(sourceDir, GUEST_ARCH.kernelImagePath), vmlinuz);
  // Refuses what is no kernel before anything boots it.
  await readKernelRelease(vmlinuz);
  await extractPvhKernel(vmlinuz, join(dir, 'vmlinux'), context);
  await mkdir(join(dir, 'debug'));
  await rename(await ownFile(sourceDir, 'vmlinux'), join(dir, 'debug', 'vmlinux'));
  await rename(await ownFile(sourceDir, 'System.map'), join(dir, 'System.map'));
}

/** False for a kernel that has all built in. */
async function keepModules(dir: string, release: string, options: Parameters<typeof makeTarget>[1]): Promise<boolean> {
  const order = await stat(join(options.sourceDir, 'modules.order')).catch(() => undefined);
  if (order === undefined || order.size === 0) return false;
  const installed = join(options.sourceDir, INSTALLED);
  await makeTarget(
    [`INSTALL_MOD_PATH=${installed}`, 'INSTALL_MOD_STRIP=1', 'DEPMOD=true', ...UNCOMPRESSED, 'modules_install'],
    options,
  );
  await ownFile(options.sourceDir, join(INSTALLED, 'lib', 'modules', release, 'modules.order'));
  // `build` and `source`, and all else that a makefile may have linked.
  await runTool(['find', installed, '-type', 'l', '-delete'], { signal: options.context.signal });
  const tree = join(dir, 'lib', 'modules', release);
  await mkdir(join(dir, 'lib', 'modules'), { recursive: true });
  await rename(join(installed, 'lib', 'modules', release), tree);
  await finishModuleTree(dir, release, options.context);
  await writeModulesDisk(tree, join(dir, 'modules.ext4'), options.context);
  return true;
}

/**
 * Finds the source that a kernel is to be built from, without its patches. Rejects with UserError, or with InfraError
 * for an archive that cannot be reached.
 */
function findSource(source: KernelSource, context: PrepareContext): Promise<FoundSource> {
  return source.kind === 'debian' ? findDebianSource(source, context) : findTreeSource(source, context);
}
