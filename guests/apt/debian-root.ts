import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GUEST_ARCHITECTURE } from '../../orchestrator/model/architecture.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { aptSource } from './apt-config.ts';
import { openDebianArchive } from './debian-apt.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { tryTool } from '../store/run-tool.ts';
import { inUserNamespace } from '../store/user-namespace.ts';
import { requireSubordinateIds } from './subordinate-ids.ts';

interface DebianRoot {
  /** Suite: `bookworm`, or `bookworm-backports`, which stands on its base. */
  readonly release: string;
  /** Names, or `name=version`, as apt takes them; what they need comes along. */
  readonly packages: readonly string[];
  /** The folder to make; without it the root is thrown away when its hooks are done. */
  readonly to?: string;
  /** Further options of mmdebstrap(1). */
  readonly options: readonly string[];
  /** An existing folder for temporary files, which may be large. */
  readonly dir: string;
  readonly explain: (argv: readonly [string, ...string[]], output: string) => Error;
}

/**
 * Makes a root file system of Debian with mmdebstrap. Rejects with what `explain` makes of a failure, and with
 * InfraError without network.
 */
export async function makeDebianRoot(
  { release, packages, to, options, dir, explain }: DebianRoot,
  context: PrepareContext,
): Promise<void> {
  await requireSubordinateIds();
  const sources = await debianSources(release, context);
  const temp = join(dir, 'tmp');
  await mkdir(temp);
  const argv = [
    'mmdebstrap',
    // Root of its namespace, see inUserNamespace; mmdebstrap's own unshare mode cannot enter a private home folder.
    '--mode=root',
    '--variant=essential',
    `--format=${to === undefined ? 'null' : 'directory'}`,
    `--architectures=${GUEST_ARCHITECTURE.debian}`,
    `--include=${packages.join(',')}`,
    ...(await hostAptOptions()),
    ...options,
    sources.suite,
    to ?? '/dev/null',
    ...sources.lines,
  ] as const;
  const made = await tryTool(inUserNamespace(argv), { signal: context.signal, env: { TMPDIR: temp } });
  if (!made.ok) throw explain([...argv], made.output);
  await removeTree(temp);
}

/** Source lines of a suite; one such as `bookworm-backports` stands on its base. */
async function debianSources(release: string, context: PrepareContext): Promise<{ suite: string; lines: string[] }> {
  const base = release.replace(/-(backports|updates|security|proposed-updates)$/, '');
  const archives = [];
  for (const suite of new Set([base, release])) archives.push(await openDebianArchive(suite, context));
  const offline = archives.find((archive) => archive.offline !== undefined);
  if (offline) {
    throw new InfraError(
      `The Debian archive ${offline.uri} cannot be reached, and what has to be made from it is not in the cache.`,
      {
        code: 'no-network',
        remedy: "check the network and apt's proxy settings, or set PMEMRIG_DEBIAN_MIRROR to an archive in reach.",
      },
    );
  }
  return {
    suite: base,
    lines: archives.map((it) => aptSource({ ...it, architecture: GUEST_ARCHITECTURE.debian }).trim()),
  };
}

/**
 * mmdebstrap does not read the host's apt configuration. It needs two things of that: how to reach the network, and
 * whether an index may be older than its Valid-Until. The index of a mirror kept at one date is older. Kernels are
 * fetched under the same rules.
 */
async function hostAptOptions(): Promise<string[]> {
  const { stdout } = await tryTool(['apt-config', 'dump']);
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::(?:(?:https?|ftp)::\S*proxy\S*|Check-Valid-Until) ".+";$/i.test(line))
    .map((line) => `--aptopt=${line}`);
}
