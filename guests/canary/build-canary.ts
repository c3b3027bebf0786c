import { chmod, cp, readdir, readFile, realpath, rename } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { CanaryModule } from '../../orchestrator/model/canary.ts';
import { GUEST_ARCHITECTURE } from '../../orchestrator/model/architecture.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { packageData } from '../../orchestrator/model/package-data.ts';
import { quoteWord } from '../../orchestrator/model/quote-word.ts';
import { readFailedBuild } from '../kernels/build/failed-build.ts';
import { KBUILD_TREES } from '../kernels/build/kbuild-tree.ts';
import { ownFile } from '../store/own-file.ts';
import { makeDebianRoot } from '../apt/debian-root.ts';
import type { KernelHeaders, PreparedKernel } from '../kernels/prepared-kernel.ts';
import { digestOf, hashFile, shortDigest } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { trySandboxed } from '../store/sandbox.ts';
import { tryTool, type ToolResult, toolFailedError } from '../store/run-tool.ts';
import { getOrCreate } from '../store/store.ts';

const SOURCE = packageData('guests/canary/module');
const MODULE = 'pmemrig_canary.ko';
/** What decides, beside the kernel's own code, how a module for it comes out; all written by its build. */
const BUILD_FACTS = ['include/generated/autoconf.h', 'include/config/auto.conf', 'Module.symvers'];

type CanaryKernel = Pick<PreparedKernel, 'kbuild' | 'headers' | 'release' | 'digest' | 'name'>;

/**
 * Builds the canary for a kernel whose build tree is at hand, in a copy of its source: neither that nor the kernel's
 * tree is written to. For one of Debian's kernels it is built in a root of that release, with its headers and its
 * compiler. Kept in the store. Rejects with InfraError when the compiler is missing or the module does not compile.
 */
export async function buildCanary(
  { kbuild, headers, release, digest, name }: CanaryKernel,
  context: PrepareContext,
): Promise<CanaryModule> {
  const sources = (await readdir(SOURCE)).toSorted();
  const own = await Promise.all(sources.map(async (file) => hashFile(join(SOURCE, file))));
  const keep = async (content: string, build: (dir: string) => Promise<void>): Promise<CanaryModule> => {
    const entry = await getOrCreate(
      { kind: 'canaries', key: `${release}-${shortDigest(content)}`, holds: () => [MODULE], build },
      context,
    );
    return { kind: 'built', path: join(entry, MODULE) };
  };
  if (kbuild !== undefined) {
    // One that is missing is for the build to complain of.
    const facts = await Promise.all(BUILD_FACTS.map(async (file) => hashFile(join(kbuild, file)).catch(() => null)));
    return keep(digestOf(await identify(kbuild, digest, context), own, facts), async (dir) =>
      compile(kbuild, dir, context),
    );
  }
  if (headers !== undefined)
    return keep(digestOf(digest, own, headers), async (dir) => compileWithHeaders(headers, release, dir, context));
  return {
    kind: 'impossible',
    reason:
      `no modules can be built for ${name}: it has no finished build tree (a ${GUEST_ARCHITECTURE.kernelImage} ` +
      `in its tree after \`make\`, a kernel that the rig builds, or one of Debian's by its release)`,
  };
}

/** What a module depends on: of our own trees, which are kept by what they hold, no more than that. */
async function identify(kbuild: string, digest: string, { cacheDir }: PrepareContext): Promise<string> {
  const tree = await realpath(kbuild).catch(() => kbuild);
  return dirname(tree) === join(cacheDir, KBUILD_TREES) ? basename(tree) : digest;
}

/**
 * In a root of the kernel's own release. The programs of its headers need that release's libc, and its module the
 * compiler that they depend on.
 */
async function compileWithHeaders(
  headers: KernelHeaders,
  release: string,
  dir: string,
  context: PrepareContext,
): Promise<void> {
  const wanted = `${headers.package}=${headers.version}`;
  context.log(`building the canary with ${wanted} (${headers.suite})`);
  const options = [
    '--customize-hook=mkdir "$1"/canary',
    `--customize-hook=copy-in ${(await readdir(SOURCE)).map((file) => quoteWord(join(SOURCE, file))).join(' ')} ` +
      '/canary',
    `--customize-hook=chroot "$1" make -C /usr/src/linux-headers-${release} M=/canary modules`,
    `--customize-hook=copy-out /canary/${MODULE} ${quoteWord(dir)}`,
  ];
  await makeDebianRoot(
    {
      release: headers.suite,
      packages: [wanted, 'make'],
      options,
      dir,
      explain: (argv, output) => explainHeaders(headers, argv, output),
    },
    context,
  );
}

function explainHeaders(
  { suite, package: name, version }: KernelHeaders,
  argv: readonly [string, ...string[]],
  output: string,
): InfraError {
  if (!/Version '\S*' for '\S*' was not found|Unable to locate package/.test(output))
    return toolFailedError(argv, output);
  return new InfraError(`Debian ${suite} has no ${name} ${version} any more, with which the canary is built.`, {
    code: 'no-kernel-headers',
    remedy:
      "fetch that release's newest kernel: run again in six hours at the latest, " +
      'when the index of packages is read anew.',
  });
}

async function compile(kbuild: string, dir: string, context: PrepareContext): Promise<void> {
  const work = join(dir, 'build');
  await cp(SOURCE, work, { recursive: true });
  // An installed package may be read-only, and the copy has its folder's mode.
  await chmod(work, 0o755);
  context.log(`building the canary in ${kbuild}`);
  const argv = ['make', '-C', kbuild, `M=${work}`, ...(await compilerWords(kbuild)), 'modules'] as const;
  const made = await runMake(argv, kbuild, work, context);
  if (!made.ok) throw compileError(argv, made);
  // The build tree's compiler and the host's differ: harmless as a rule, and the first thing to know if it is not.
  for (const line of made.output.split('\n'))
    if (/^warning: |kernel was built by|You are using/.test(line)) context.log(`the canary's build: ${line.trim()}`);
  await rename(await ownFile(work, MODULE), join(dir, MODULE));
  await removeTree(work);
}

/**
 * The headers of a kernel that the rig built hold programs of its source, which may be anybody's. A tree of the user's
 * own is built as the user does it.
 */
async function runMake(
  argv: readonly [string, ...string[]],
  kbuild: string,
  work: string,
  { cacheDir, signal }: PrepareContext,
): Promise<ToolResult> {
  if (!kbuild.startsWith(`${cacheDir}${sep}`)) return await tryTool(argv, { signal });
  return await trySandboxed(argv, { writable: [work], readable: [kbuild] }, { cwd: work, signal });
}

/** A kernel built by clang wants its modules built so too. */
async function compilerWords(kbuild: string): Promise<readonly string[]> {
  const config = await readFile(join(kbuild, 'include/config/auto.conf'), 'utf8').catch(() => '');
  return /^CONFIG_CC_IS_CLANG=y$/m.test(config) ? ['LLVM=1'] : [];
}

function compileError(argv: readonly string[], { output }: ToolResult): InfraError {
  const { kind, title } = readFailedBuild(output);
  if (kind !== 'no-tool') return toolFailedError(argv, output);
  return new InfraError(`The canary cannot be compiled: ${title}.`, {
    code: 'no-compiler',
    remedy: "install the compiler that built the kernel (Debian's packages gcc, make and libc6-dev).",
  });
}
