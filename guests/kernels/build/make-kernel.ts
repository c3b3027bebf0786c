import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { KernelError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { ownFile } from '../../store/own-file.ts';
import { type SandboxView, trySandboxed } from '../../store/sandbox.ts';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { readRelease } from '../image/kernel-release.ts';
import { blameBuild } from './blame-build.ts';
import type { BuildTools } from './build-tools.ts';
import { type CompilerCache, NO_CACHE } from './ccache.ts';
import { isObjectLine } from './compiler-output.ts';
import { readFailedBuild } from './failed-build.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** Often enough to be seen alive, rarely enough for a log of CI. */
const PROGRESS_MS = 15_000;

/**
 * bash reports which program of a rule crashed. dash, which is sh on Debian, reports only that one did. CONFIG_SHELL
 * would set the shell of scripts alone.
 */
const SHELL = existsSync('/bin/bash') ? ['SHELL=/bin/bash'] : [];

/**
 * The kernel is packed once and unpacked once, at once. kbuild asks for level 9, which takes five times as long as 1 for
 * 8 % less.
 */
const GZIP = `KGZIP=sh -c 'exec gzip -n -1' --`;

export interface MakeOptions {
  readonly sourceDir: string;
  readonly tools: BuildTools;
  readonly context: PrepareContext;
  /** Absent: what is compiled is not kept. */
  readonly cache?: CompilerCache;
}

/** Runs a small target of the kernel's build, such as `defconfig`. Rejects as {@link compileKernel} does. */
export async function makeTarget(words: readonly string[], options: MakeOptions): Promise<string> {
  const made = await trySandboxed(makeArgv(words, options), viewOf(options), environment(options));
  if (!made.ok) throw failure(made.output, options);
  return made.stdout;
}

/** `uname -r` of the kernel that was built; its makefiles may have written anything. Rejects with KernelError. */
export async function readBuiltRelease(sourceDir: string): Promise<string> {
  const written = (await readFile(await ownFile(sourceDir, 'include/config/kernel.release'), 'utf8')).trim();
  const release = readRelease(written);
  if (release !== undefined && release === written) return release;
  throw new KernelError(
    'the kernel does not compile: its makefiles wrote no release to include/config/kernel.release',
    {
      code: 'kernel-compile-error',
      evidence: written.slice(0, 1000),
    },
  );
}

/**
 * Compiles the kernel and its modules on all cores, as far as they are not yet, writes everything that the build says to
 * `logFile`, the lines of each target together, and gives the number of objects. Progress is in objects, of `expected` if an earlier build of the kind counted them. Rejects with KernelError
 * `kernel-compile-error` with the first error and its lines. Rejects with InfraError for what the host lacks or lost: a
 * program, memory, disk, a compiler that crashed. Rejects with UserError for a file that only the configuration knows.
 */
export async function compileKernel(
  logFile: string,
  expected: number | undefined,
  options: MakeOptions,
): Promise<number> {
  const { context } = options;
  let objects = 0;
  await mkdir(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const say = (): void =>
    context.progress?.(
      `compiling, ${objects.toLocaleString('en')} ` +
        `objects${expected === undefined ? '' : ` of about ${expected.toLocaleString('en')}`}`,
    );
  const onLine = (line: string): void => {
    log.write(`${line}\n`);
    if (isObjectLine(line)) objects += 1;
  };
  const timer = setInterval(say, PROGRESS_MS);
  try {
    const made = await trySandboxed(
      inOneStream(makeArgv(['--output-sync=target', GUEST_ARCH.kernelImage, 'modules'], options)),
      viewOf(options),
      {
        ...environment(options),
        onLine,
      },
    );
    if (!made.ok) throw failure(made.output, options, logFile);
    return objects;
  } finally {
    clearInterval(timer);
    log.end();
    await finished(log).catch(() => undefined);
  }
}

function failure(output: string, { sourceDir }: MakeOptions, logFile?: string): Error {
  return blameBuild(readFailedBuild(output), {
    ...present({ logFile }),
    isThere: (path) => existsSync(join(sourceDir, path)),
  });
}

/** Both streams through one pipe: only so do the words of a command stay above make's. */
function inOneStream(argv: readonly string[]): readonly [string, ...string[]] {
  return ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv];
}

function makeArgv(words: readonly string[], { sourceDir, tools }: MakeOptions): readonly [string, ...string[]] {
  return [
    'make',
    '-C',
    sourceDir,
    `-j${availableParallelism()}`,
    ...SHELL,
    GZIP,
    `ARCH=${GUEST_ARCH.uname}`,
    `CC=${tools.cc}`,
    `HOSTCC=${tools.cc}`,
    ...words,
  ];
}

/** The makefiles write to the source alone; the rig takes from it what is kept. */
function viewOf({ sourceDir, cache = NO_CACHE }: MakeOptions): SandboxView {
  return { ...cache.view, writable: [sourceDir, ...cache.view.writable] };
}

/**
 * Nothing of host, user and time may get into the kernel, so that the same source gives the same bytes and ccache finds
 * them.
 */
function environment({ sourceDir, context: { signal }, cache = NO_CACHE }: MakeOptions) {
  return {
    cwd: sourceDir,
    env: {
      ...cache.env,
      KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
      KBUILD_BUILD_USER: 'pmemrig',
      KBUILD_BUILD_HOST: 'localhost',
      KBUILD_BUILD_VERSION: '1',
      // Each build has a folder of another name; its objects are the same all the same.
      CCACHE_BASEDIR: sourceDir,
      CCACHE_NOHASHDIR: '1',
      // A git repository around the cache is not the kernel's.
      GIT_CEILING_DIRECTORIES: sourceDir.slice(0, -basename(sourceDir).length - 1),
    },
    signal,
    endBy: 'SIGTERM' as const,
    explainsFullDisk: true,
  };
}
