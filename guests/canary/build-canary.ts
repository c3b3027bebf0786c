import { cp, readdir, readFile, rename } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { CanaryModule } from '../../orchestrator/model/canary.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { PACKAGE_ROOT } from '../../orchestrator/model/package-root.ts';
import { readFailedBuild } from '../kernels/build/failed-build.ts';
import { ownFile } from '../kernels/build/own-file.ts';
import type { PreparedKernel } from '../kernels/prepared-kernel.ts';
import { digestOf, hashFile, shortDigest } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { trySandboxed } from '../store/sandbox.ts';
import { tryTool, type ToolResult, toolFailedError } from '../store/run-tool.ts';
import { getOrCreate } from '../store/store.ts';

const SOURCE = join(PACKAGE_ROOT, 'guests', 'canary', 'module');
const MODULE = 'pmemrig_canary.ko';
/** What decides, beside the kernel's own code, how a module for it comes out; all written by its build. */
const BUILD_FACTS = ['include/generated/autoconf.h', 'include/config/auto.conf', 'Module.symvers'];
/**
 * Builds the canary for a kernel whose build tree is at hand, in a copy of its source: neither that nor the kernel's tree
 * is written to. Kept in the store. Rejects with InfraError when the compiler is missing or the module does not compile.
 */
export async function buildCanary({ kbuild, release, digest, name }: Pick<PreparedKernel, 'kbuild' | 'release' | 'digest' | 'name'>, context: PrepareContext): Promise<CanaryModule> {
  if (kbuild === undefined) {
    return { kind: 'impossible', reason: `no modules can be built for ${name}: it has no finished build tree (a bzImage in its tree after \`make\`, or a kernel that the rig builds)` };
  }
  const sources = (await readdir(SOURCE)).toSorted();
  const own = await Promise.all(sources.map(async (file) => hashFile(join(SOURCE, file))));
  // One that is missing is for the build to complain of.
  const facts = await Promise.all(BUILD_FACTS.map(async (file) => hashFile(join(kbuild, file)).catch(() => null)));
  const content = digestOf(digest, own, facts);
  const entry = await getOrCreate({ kind: 'canaries', key: `${release}-${shortDigest(content)}`, holds: () => [MODULE], build: async (dir) => compile(kbuild, dir, context) }, context);
  return { kind: 'built', path: join(entry, MODULE) };
}

async function compile(kbuild: string, dir: string, context: PrepareContext): Promise<void> {
  const work = join(dir, 'build');
  await cp(SOURCE, work, { recursive: true });
  context.log(`building the canary in ${kbuild}`);
  const argv = ['make', '-C', kbuild, `M=${work}`, ...(await compilerWords(kbuild)), 'modules'] as const;
  const made = await runMake(argv, kbuild, work, context);
  if (!made.ok) throw compileError(argv, made);
  // The build tree's compiler and the host's differ: harmless as a rule, and the first thing to know if it is not.
  for (const line of made.output.split('\n')) if (/^warning: |kernel was built by|You are using/.test(line)) context.log(`the canary's build: ${line.trim()}`);
  await rename(await ownFile(work, MODULE), join(dir, MODULE));
  await removeTree(work);
}

/** The headers of a kernel that the rig built hold programs of its source, which may be anybody's; a tree of the user's own is built as the user does it. */
async function runMake(argv: readonly [string, ...string[]], kbuild: string, work: string, { cacheDir, signal }: PrepareContext): Promise<ToolResult> {
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
