import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GUEST_ARCHITECTURE } from '../../model/architecture.ts';
import { hashFile } from '../../../guests/store/digest.ts';
import type { PrepareContext } from '../../../guests/store/prepare-context.ts';
import { UserError } from '../../model/errors.ts';
import type { Watched, Watcher } from './watch-rounds.ts';
import { watchTree } from './watched-tree.ts';

/** Looked at so often: by polling, since `make` renames, a build may be on NFS, and there is one file to look at. */
const POLL_MS = 500;
/** A file that was let alone for so long is whole: `make` writes an image in one go, at its end. */
const SETTLED_MS = 2000;

/**
 * What to wait for, by what `composeKernel` gave: an image or a package as it was named, or the files of a source.
 * @throws UserError for a kernel that no file of this host stands for
 */
export function findWatcher(
  { image, deb, archive, source }: Readonly<Record<string, unknown>>,
  context: PrepareContext,
): Watcher {
  const file = image ?? deb ?? archive;
  if (typeof file === 'string') return watchFile(plain(file));
  if (typeof source === 'object' && source !== null && 'tree' in source && typeof source.tree === 'string')
    return watchTree(
      {
        path: plain(source.tree),
        ...('ref' in source && typeof source.ref === 'string' && { ref: plain(source.ref) }),
      },
      context,
    );
  throw new UserError('--watch waits for a file of this host to change, and this kernel has none', {
    code: 'nothing-to-watch',
    remedy:
      `name a ${GUEST_ARCHITECTURE.kernelImage}, a vmlinux, a linux-image-*.deb, ` +
      'an archive of `make tarzst-pkg` or a kernel source with --kernel',
  });
}

/** From how a matrix says it, see `literalPath`. */
function plain(path: string): string {
  return path.replaceAll('$$', () => '$');
}

/**
 * Waits until a file has other bytes, and is whole; one that is only touched is no change. Of a package the newest of
 * its name counts: each `make bindeb-pkg` raises the number behind it.
 * @param timing for tests
 */
export function watchFile(path: string, { pollMs = POLL_MS, settledMs = SETTLED_MS } = {}): Watcher {
  let known: string | undefined;
  const look = async (): Promise<Watched | undefined> => {
    const newest = await findNewest(path);
    if (newest === undefined) return undefined;
    known = await stampOf(newest);
    return { path: newest, digest: await hashFile(newest) };
  };
  return {
    path,
    look,
    async next(last, signal) {
      for (;;) {
        if (!(await pause(pollMs, signal))) return undefined;
        const newest = await findNewest(path);
        if (newest === undefined) continue;
        let stamp = await stampOf(newest);
        if (stamp === known) continue;
        for (let before = ''; stamp !== before;) {
          before = stamp;
          if (!(await pause(settledMs, signal))) return undefined;
          stamp = await stampOf(newest);
        }
        if (stamp === '') continue;
        const digest = await hashFile(newest).catch(() => undefined);
        if (digest === undefined || (await stampOf(newest)) !== stamp) continue;
        known = stamp;
        if (digest !== last?.digest) return { path: newest, digest };
      }
    },
  };
}

async function findNewest(path: string): Promise<string | undefined> {
  const [, name] = /^(linux-image-[^_]+_).*\.deb$/.exec(basename(path)) ?? [];
  const folder = dirname(path);
  const candidates =
    name === undefined
      ? [path]
      : (await readdir(folder).catch((): string[] => []))
          .filter((file) => file.startsWith(name) && file.endsWith('.deb'))
          .map((file) => join(folder, file));
  const times = await Promise.all(
    candidates.map(async (file) =>
      stat(file).then(
        ({ mtimeMs }) => ({ file, mtimeMs }),
        () => undefined,
      ),
    ),
  );
  return times.flatMap((found) => found ?? []).toSorted((a, b) => b.mtimeMs - a.mtimeMs)[0]?.file;
}

/** Empty for a file that is gone. */
async function stampOf(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, size, mtimeMs, ctimeMs }) => [path, ino, size, mtimeMs, ctimeMs].join(' '),
    () => '',
  );
}

/** False if the signal cut it short. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
