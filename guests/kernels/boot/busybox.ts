import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InfraError } from '../../../orchestrator/model/errors.ts';
import { shortDigest } from '../../store/digest.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { removeTree } from '../../store/remove-tree.ts';
import { runTool } from '../../store/run-tool.ts';
import { getOrCreate } from '../../store/store.ts';
import { type DebianArchive, openDebianArchive } from '../../apt/debian-apt.ts';
import { type FetchPackage, type PackageRecords, prepareNewest } from '../../apt/last-prepared.ts';
import type { PackageRecord } from '../../apt/package-record.ts';

/** Whatever the kernel or image: busybox is part of the rig, so it always comes from one release. */
const BUSYBOX_RELEASE = 'bookworm';
const BUSYBOX_PACKAGE = 'busybox-static';

/** Debian's static busybox, for the initramfs and for the guest's first process. */
export async function prepareBusybox(
  context: PrepareContext,
): Promise<{ readonly path: string; readonly digest: string }> {
  const { records, prepared: entry } = await prepareNewest(
    {
      suite: BUSYBOX_RELEASE,
      name: BUSYBOX_PACKAGE,
      open: () => openDebianArchive(BUSYBOX_RELEASE, context),
      find: findBusybox,
      prepare: ([found], fetch) => prepareEntry(found, fetch, context),
    },
    context,
  );
  return { path: join(entry, 'busybox'), digest: records[0].sha256 };
}

async function findBusybox(archive: DebianArchive): Promise<PackageRecords> {
  const record = await archive.find(BUSYBOX_PACKAGE);
  if (!record)
    throw new InfraError(`Debian ${BUSYBOX_RELEASE} has no package ${BUSYBOX_PACKAGE}.`, { code: 'no-busybox' });
  return [record];
}

function prepareEntry(record: PackageRecord, fetch: FetchPackage, context: PrepareContext): Promise<string> {
  const key = `busybox-${record.version.replaceAll(':', '%3a')}-${shortDigest(record.sha256)}`;
  const build = async (dir: string): Promise<void> => {
    const deb = await fetch(record, dir);
    await runTool(['dpkg-deb', '--extract', deb, join(dir, 'files')], { signal: context.signal });
    await rename(join(dir, 'files', 'bin', 'busybox'), join(dir, 'busybox'));
    await Promise.all([removeTree(deb), removeTree(join(dir, 'files'))]);
  };
  return getOrCreate({ kind: 'tools', key, holds: () => ['busybox'], build }, context);
}
