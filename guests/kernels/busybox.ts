import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { shortDigest } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { runTool } from '../store/run-tool.ts';
import { getOrCreate } from '../store/store.ts';
import { openDebianArchive } from './debian-apt.ts';

/** Whatever the kernel or image: busybox is part of the rig, so it always comes from one release. */
const BUSYBOX_RELEASE = 'bookworm';

/** Debian's static busybox, for the initramfs and for the guest's first process. */
export async function prepareBusybox(context: PrepareContext): Promise<{ readonly path: string; readonly digest: string }> {
  const archive = await openDebianArchive(BUSYBOX_RELEASE, context);
  const record = await archive.find('busybox-static');
  if (!record) throw new InfraError(`Debian ${BUSYBOX_RELEASE} has no package busybox-static.`, { code: 'no-busybox' });
  const key = `busybox-${record.version.replaceAll(':', '%3a')}-${shortDigest(record.sha256)}`;
  const build = async (dir: string): Promise<void> => {
    const deb = await archive.download(record, dir);
    await runTool(['dpkg-deb', '--extract', deb, join(dir, 'files')], { signal: context.signal });
    await rename(join(dir, 'files', 'bin', 'busybox'), join(dir, 'busybox'));
    await Promise.all([removeTree(deb), removeTree(join(dir, 'files'))]);
  };
  const entry = await getOrCreate({ kind: 'tools', key, build }, context);
  return { path: join(entry, 'busybox'), digest: record.sha256 };
}
