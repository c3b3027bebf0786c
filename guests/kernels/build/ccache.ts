import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDir } from '../../../orchestrator/model/make-dir.ts';
import { quoteWord } from '../../../orchestrator/model/quote-word.ts';
import { digestOf, shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import type { SandboxView } from '../../store/sandbox.ts';
import { tryTool } from '../../store/run-tool.ts';
import { writeAnew } from '../../store/own-file.ts';
import type { Patch } from '../patches/read-patches.ts';
import { canMake } from '../../store/is-there.ts';

/** What a build needs so that its compiler finds what earlier builds compiled. */
export interface CompilerCache {
  readonly env: Readonly<Record<string, string>>;
  readonly view: SandboxView;
}

export const NO_CACHE: CompilerCache = { env: {}, view: { writable: [] } };

/**
 * The user's settings that decide how objects are kept and found, by the variables that stand for them in a build
 * without a home folder.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  max_size: 'CCACHE_MAXSIZE',
  max_files: 'CCACHE_MAXFILES',
  compiler_check: 'CCACHE_COMPILERCHECK',
  sloppiness: 'CCACHE_SLOPPINESS',
  namespace: 'CCACHE_NAMESPACE',
};
/** The objects of a series' own files, some 300 MiB for all of a kernel. */
const OWN_SIZE = '2G';

/**
 * The user's ccache for a source of the user's own. A build with patches may run anything that its makefiles say, and
 * so put false objects there. It has a cache of its own, and reads the user's through that. Its key is the first patch:
 * the steps of a series build its patches up to each, and no step knows the others. So two series that begin with the
 * same patch share a cache.
 */
export async function openCompilerCache(
  patches: readonly Patch[],
  sourceDir: string,
  { cacheDir, signal }: PrepareContext,
): Promise<CompilerCache> {
  const shown = await tryTool(['ccache', '--show-config'], { signal });
  const settings = new Map(
    shown.stdout.split('\n').flatMap((line) => {
      const { origin, key, value } = /^\((?<origin>.*)\) (?<key>\w+) = (?<value>.*)$/.exec(line)?.groups ?? {};
      return key === undefined || value === undefined ? [] : [[key, { value, isSet: origin !== 'default' }] as const];
    }),
  );
  const users = settings.get('cache_dir')?.value;
  if (users === undefined || settings.get('disable')?.value === 'true' || !(await canMake(users)))
    return { env: { CCACHE_DISABLE: '1' }, view: { writable: [] } };
  const env = Object.fromEntries(
    Object.entries(SETTINGS).flatMap(([key, variable]) =>
      settings.get(key)?.isSet === true ? [[variable, settings.get(key)?.value ?? '']] : [],
    ),
  );
  const [first] = patches;
  if (!first) return { env: { ...env, CCACHE_DIR: users }, view: { writable: [users] } };

  const own = join(cacheDir, 'ccache', shortDigest(digestOf(first.diff)));
  await makeDir(own);
  await utimes(own, new Date(), new Date());
  // What is not in its own, ccache has a compiler make: this one, which looks into the user's before it compiles.
  const second = join(sourceDir, '.pmemrig-second-ccache');
  await writeAnew(
    second,
    '#!/bin/sh\n' +
      'unset CCACHE_DISABLE CCACHE_PREFIX\n' +
      `CCACHE_DIR=${quoteWord(users)} CCACHE_READONLY=1 CCACHE_NOSTATS=1 CCACHE_TEMPDIR=/tmp exec ccache "$@"\n`,
    0o755,
  );
  return {
    env: { ...env, CCACHE_DIR: own, CCACHE_MAXSIZE: OWN_SIZE, CCACHE_PREFIX: second },
    view: { writable: [own], readable: [users] },
  };
}
