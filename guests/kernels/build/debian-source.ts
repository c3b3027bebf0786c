import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { KernelSource } from '../../../orchestrator/model/matrix.ts';
import { shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { removeTree } from '../../store/remove-tree.ts';
import { runTool } from '../../store/run-tool.ts';
import { getOrCreate } from '../../store/store.ts';
import { openDebianArchive } from '../../apt/debian-apt.ts';
import { type FetchPackage, prepareNewest } from '../../apt/last-prepared.ts';
import type { PackageRecord } from '../../apt/package-record.ts';
import type { FoundSource } from './source.ts';

type DebianSource = Extract<KernelSource, { kind: 'debian' }>;

/** Where a package is looked for unless the user names a suite; stable ones first, since theirs changes least. */
const USUAL_SUITES = ['bookworm', 'trixie', 'bookworm-backports', 'trixie-backports', 'sid'] as const;

/**
 * Finds the newest version of a `linux-source-…` package and keeps its archive in the store. Rejects with UserError if
 * no suite has it, and with InfraError.
 */
export async function findDebianSource(source: DebianSource, context: PrepareContext): Promise<FoundSource> {
  const suites = source.release === undefined ? USUAL_SUITES : [source.release];
  for (const suite of suites) {
    const found = await findIn(suite, source.package, context).catch((error: unknown) => {
      if (error instanceof UserError && error.code === 'no-source-package') return undefined;
      throw error;
    });
    if (found) return found;
  }
  throw noSuchPackage(source.package, suites);
}

async function findIn(suite: string, name: string, context: PrepareContext): Promise<FoundSource> {
  const {
    records: [record],
    prepared,
    offline,
  } = await prepareNewest(
    {
      suite,
      name,
      open: () => openDebianArchive(suite, context),
      find: async (archive) => {
        const found = await archive.find(name);
        if (!found) throw noSuchPackage(name, [suite]);
        return [found] as const;
      },
      prepare: ([found], fetch) => prepareArchive(found, fetch, context),
    },
    context,
  );
  const description = `${record.name} ${record.version} (${suite})`;
  return {
    digest: record.sha256,
    origin: record.sha256,
    description,
    notes: offline === undefined ? [] : [`${offline}; source ${description}`],
    unpack: async (dir) =>
      void (await runTool(
        [
          'tar',
          '--extract',
          '--xz',
          '--strip-components=1',
          '--file',
          join(prepared, 'source.tar.xz'),
          '--directory',
          dir,
        ],
        { signal: context.signal },
      )),
    // A package of another version is another origin.
    bringOver: async () => undefined,
  };
}

/** The store entry of one version: `source.tar.xz`. */
async function prepareArchive(record: PackageRecord, fetch: FetchPackage, context: PrepareContext): Promise<string> {
  const build = async (dir: string): Promise<void> => {
    context.log(`fetching ${record.name} ${record.version}`);
    const deb = await fetch(record, dir);
    const files = join(dir, 'files');
    await runTool(['dpkg-deb', '--extract', deb, files], { signal: context.signal });
    await rename(join(files, 'usr', 'src', `${record.name}.tar.xz`), join(dir, 'source.tar.xz'));
    await Promise.all([removeTree(deb), removeTree(files)]);
  };
  return await getOrCreate(
    {
      kind: 'sources',
      key: `${record.name}_${record.version.replaceAll(/[^\w.+~-]/g, '_')}-${shortDigest(record.sha256)}`,
      holds: () => ['source.tar.xz'],
      build,
    },
    context,
  );
}

function noSuchPackage(name: string, suites: readonly string[]): UserError {
  return new UserError(`Debian ${suites.join(', ')} has no package ${name}.`, {
    code: 'no-source-package',
    remedy:
      'name one that exists, with its suite as "release" if it is another one; ' +
      '`apt-cache search linux-source` lists them.',
  });
}
