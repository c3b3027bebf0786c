import { appendFile, readFile, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KernelError } from '../../../orchestrator/model/errors.ts';
import type { KernelSource, SourceKernelSpec } from '../../../orchestrator/model/matrix.ts';
import { digestOf, shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { findSandbox } from '../../store/sandbox.ts';
import { getOrCreate } from '../../store/store.ts';
import { configureKernel, digestConfigInputs } from '../kconfig/configure-kernel.ts';
import { prepareInitramfs } from '../boot/kernel-initramfs.ts';
import { MODULE_FILES } from '../boot/module-tree.ts';
import type { PreparedKernel } from '../prepared-kernel.ts';
import { bootImage } from '../image/pvh-kernel.ts';
import { keepImages, keepModules } from './keep-kernel.ts';
import type { BuildLeft } from './build-left.ts';
import { type BuildTools, findBuildTools } from './build-tools.ts';
import { BUILD_RECORD, type BuildRecord, describeBuild, readBuildRecord } from './build-record.ts';
import { estimateBuildBytes, requireSpace } from './build-space.ts';
import { openCompilerCache } from './ccache.ts';
import { listMade, listWarnings, listWatchedWarnings, warningsByTarget } from './compiler-output.ts';
import { requireConfigTools } from './config-tools.ts';
import { findBase, type FoundBase } from './find-base.ts';
import { findDebianSource } from './debian-source.ts';
import { findTreeSource } from './tree-source.ts';
import { KBUILD_TREES, keepKbuildTree } from './kbuild-tree.ts';
import { type BuildTree, withBuildTree } from './kept-tree.ts';
import { compileKernel, type MakeOptions, makeTarget, readBuiltRelease } from './make-kernel.ts';
import { ownFile } from '../../store/own-file.ts';
import { hashPatchset, type Patch, readPatches } from '../patches/read-patches.ts';
import { recallObjects, rememberObjects } from './remembered-objects.ts';
import type { FoundSource } from './source.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** Raise it when the build below would leave something else for the same source and configuration. */
const RECIPE_VERSION = 2;

/** Two kernels are compared by their warnings up to this many. */
const MAX_WARNINGS = 500;

interface Ingredients {
  readonly base: FoundBase;
  readonly source: FoundSource;
  readonly patches: readonly Patch[];
  readonly others: readonly SourceKernelSpec[];
  readonly tools: BuildTools;
  readonly configDigest: string;
  /** Outside the entry, which is gone if the build fails. */
  readonly logFile: string;
}

/**
 * Builds a kernel from source, or finds what an earlier build of the same source, patches, configuration and compiler
 * left. The entry holds `vmlinuz`, `config`, `System.map`, `debug/vmlinux` (with line information), `kbuild` (for
 * outside modules), `build.log`, `build.json`, and the modules if there are any. `others` are kernels of the same source
 * that are built after it. Rejects with UserError for the user's source, patches and options, those of others among them
 * if this one has to be built; with KernelError for a kernel that does not compile, and with InfraError.
 */
export async function prepareSourceKernel(
  spec: SourceKernelSpec,
  context: PrepareContext,
  others: readonly SourceKernelSpec[] = [],
): Promise<PreparedKernel> {
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
  const ingredients = {
    base,
    source,
    patches,
    others,
    tools,
    configDigest,
    logFile: join(context.cacheDir, 'build-logs', `${key}.log`),
  };
  const entry = await getOrCreate(
    { kind: 'kernels', key, holds: heldFiles, build: (dir) => build(spec, ingredients, dir, context) },
    context,
  );
  const record = await readBuildRecord(entry);
  await recordUse(join(entry, 'kbuild'));
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

/** We may not own this cache. */
async function recordUse(path: string): Promise<void> {
  await utimes(path, new Date(), new Date()).catch(() => undefined);
}

async function heldFiles(entry: string): Promise<readonly string[]> {
  const record = await readBuildRecord(entry).catch(() => undefined);
  return ['vmlinuz', 'config', 'build.log', 'kbuild', BUILD_RECORD, ...(record?.modules === true ? MODULE_FILES : [])];
}

function noteWarnings({ warnings }: BuildRecord): readonly string[] {
  const [first] = warnings;
  if (!first) return [];
  return [
    `the compiler warned ${warnings.length} ${warnings.length === 1 ? 'time' : 'times'} of nvdimm, dax, ` +
      `md or fs, first at ${first.file}:${first.line}: ${first.text}`,
  ];
}

/** A message of the compiler is about what was just read. */
const OF_COMPILER = /^\S+:\d+(?::\d+)?: (?:fatal )?error: /m;

async function build(
  spec: SourceKernelSpec,
  ingredients: Ingredients,
  dir: string,
  context: PrepareContext,
): Promise<void> {
  const { source, patches, others, tools, configDigest } = ingredients;
  await withBuildTree(
    {
      source,
      patches,
      others: await Promise.all(others.map(async ({ source: { patches: theirs } }) => readPatches(theirs, context))),
      inputs: [configDigest, tools.version],
      mayBeOfTree: (error) => error instanceof KernelError && !OF_COMPILER.test(error.evidence),
    },
    context,
    async (tree) => buildIn(tree, spec, ingredients, dir, context),
  );
}

async function buildIn(
  { sourceDir, earlier, madeAnew, leave }: BuildTree,
  spec: SourceKernelSpec,
  { base, source, patches, tools, logFile }: Ingredients,
  dir: string,
  context: PrepareContext,
): Promise<void> {
  const start = performance.now();
  const sandbox = await findSandbox();
  const options = {
    sourceDir,
    tools,
    context,
    ...(tools.ccache && { cache: await openCompilerCache(patches, sourceDir, context) }),
  };
  const { configText, notes } = await configure(spec, base, earlier, options);
  context.log(
    `compiling ${spec.name}${earlier ? ' on the tree of an earlier build' : tools.ccache ? ' with ccache' : ''}`,
  );
  const kind = digestOf(source.origin, spec.base, spec.config);
  const expected = earlier ? undefined : await recallObjects(kind, context.cacheDir);
  let left: BuildLeft | undefined;
  let objects = 0;
  try {
    objects = await compileKernel(logFile, expected, options);
  } finally {
    // What was compiled before an error is not compiled again, and does not warn again.
    const warnings = await completeLog(logFile, earlier?.left.warnings ?? {});
    left = { ...earlier?.left, config: digestOf(configText), notes: [...notes], warnings };
    leave(left);
  }
  if (!earlier) await rememberObjects(kind, objects, context.cacheDir);

  context.progress?.('keeping what guests need');
  const release = await readBuiltRelease(sourceDir);
  const [modules, kbuild] = await Promise.all([
    keepModules(dir, release, earlier?.left.modules, options),
    keepKbuildTree(sourceDir, earlier?.left.kbuild, context),
    keepImages(sourceDir, dir, context),
    rename(logFile, join(dir, 'build.log')),
    writeFile(join(dir, 'config'), configText),
  ]);
  await symlink(join('..', '..', KBUILD_TREES, kbuild.key), join(dir, 'kbuild'));
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
    modules: modules !== undefined,
    warnings: [...listWatchedWarnings(await readFile(join(dir, 'build.log'), 'utf8'))],
    notes: [
      ...notes,
      ...(madeAnew === undefined ? [] : [`the tree of earlier builds was made anew: ${madeAnew}`]),
      ...(sandbox.kind === 'none'
        ? [`it was built without a sandbox, by makefiles with this user's rights: ${sandbox.reason}`]
        : []),
    ],
  };
  await writeFile(join(dir, BUILD_RECORD), `${JSON.stringify(record, undefined, 2)}\n`);
  leave({ ...left, kbuild, ...present({ modules }) });
}

/** The configuration of an earlier build with the same inputs is taken as it is, unless a Kconfig file has changed. */
async function configure(
  spec: SourceKernelSpec,
  { base }: FoundBase,
  earlier: BuildTree['earlier'],
  options: MakeOptions,
): Promise<{ readonly configText: string; readonly notes: readonly string[] }> {
  const { sourceDir, tools, context } = options;
  if (earlier?.reconfigure === false) {
    const configText = await readFile(await ownFile(sourceDir, '.config'), 'utf8');
    if (digestOf(configText) === earlier.left.config) return { configText, notes: earlier.left.notes };
  }
  context.log(`configuring ${spec.name}: ${spec.config.join(', ')}`);
  context.progress?.('configuring');
  const make = async (words: readonly string[]): Promise<void> => void (await makeTarget(words, options));
  const { configText, config, notes } = await configureKernel({
    sourceDir,
    base,
    fragments: spec.config,
    make,
    hasPahole: tools.hasPahole,
  });
  await requireConfigTools(config);
  if (!earlier) await requireSpace(sourceDir, estimateBuildBytes(config));
  return { configText, notes };
}

/**
 * Adds to a build's log the warnings of earlier builds about what this one left as it was, so that two kernels can be
 * compared by them, and gives all.
 */
async function completeLog(logFile: string, earlier: BuildLeft['warnings']): Promise<BuildLeft['warnings']> {
  const log = await readFile(logFile, 'utf8');
  const made = listMade(log);
  const kept = Object.entries(earlier).filter(([target]) => !made.has(target));
  if (kept.length > 0)
    await appendFile(
      logFile,
      ['# Of earlier builds, whose objects were left as they were:', ...kept.flatMap(([, lines]) => lines), ''].join(
        '\n',
      ),
    );
  return { ...Object.fromEntries(kept), ...warningsByTarget(log) };
}

/**
 * Finds the source that a kernel is to be built from, without its patches. Rejects with UserError, or with InfraError
 * for an archive that cannot be reached.
 */
function findSource(source: KernelSource, context: PrepareContext): Promise<FoundSource> {
  return source.kind === 'debian' ? findDebianSource(source, context) : findTreeSource(source, context);
}
