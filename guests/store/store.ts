import { mkdir, readdir, rename, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { explainRefusal } from '../../orchestrator/model/errors.ts';
import { diskFullError, saysDiskFull } from './disk-full.ts';
import { findDamage, findWrongSize, recordSums } from './entry-sums.ts';
import { withLock } from './lock.ts';
import { findOwner, newOwnerMark } from './owner.ts';
import type { PrepareContext } from './prepare-context.ts';
import { removeTree } from './remove-tree.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';
import { isThere } from './is-there.ts';

/** Longer than any build takes. */
const ABANDONED_MS = 3600_000;

interface StoreRequest {
  /** Folder of the store: `kernels`, `images`. */
  readonly kind: string;
  /** Name of the entry, unique to its content and fit for a file name: `linux-image-…-<digest>`. */
  readonly key: string;
  /**
   * Names in the entry that its users need, looked for at each use. An entry from before sums were kept has no other
   * list of its files.
   */
  readonly holds?: (entry: string) => readonly string[] | Promise<readonly string[]>;
  /** Fills the empty folder `dir`. Runs in at most one process at a time, and not at all if the entry exists. */
  readonly build: (dir: string) => Promise<void>;
}

/**
 * Path of the finished entry `<cacheDir>/<kind>/<key>`, built if it is not there. It is built aside and renamed in, so
 * that an entry which exists is whole; what a killed builder left is removed by the next. One that lost a file since,
 * or part of one, is made again. Rejects with what `build` rejects with, or InfraError for a full disk. An entry's time
 * is that of its last use.
 */
export async function getOrCreate(request: StoreRequest, context: PrepareContext): Promise<string> {
  const entry = await findOrBuild(request, context);
  // We may not own this cache, and then cannot record the use. That is fine.
  await utimes(entry, new Date(), new Date()).catch(() => undefined);
  return entry;
}

async function findOrBuild(
  { kind, key, holds = () => [], build }: StoreRequest,
  context: PrepareContext,
): Promise<string> {
  if (/[/\0]|^\.{0,2}$/.test(key)) throw new Error(`${JSON.stringify(key)} is no name of an entry in the store`);
  const entry = join(context.cacheDir, kind, key);
  if ((await look(entry, holds)) === 'sound') return entry;
  try {
    await withLock({ path: `${entry}.lock`, what: key, log: context.log, signal: context.signal }, async () => {
      const found = await look(entry, holds);
      if (found === 'sound') return;
      if (found !== 'absent') {
        await setAside(entry);
        context.note?.(`the cache's entry ${kind}/${key} was damaged (${found.damage}) and is made again`);
      }
      await buildAside(entry, build);
    });
  } catch (error) {
    throw saysDiskFull(error) && !(error instanceof Error && 'remedy' in error)
      ? diskFullError(context.cacheDir, error)
      : explainRefusal(error);
  }
  return entry;
}

/** The entry that a file lies in: `<kind>/<key>`. `undefined` for a file outside the cache. */
export function entryOf(file: string, cacheDir: string): string | undefined {
  const [kind, key] = relative(cacheDir, file).split(sep);
  return kind === undefined || kind === '..' || key === undefined ? undefined : join(kind, key);
}

export interface DamagedEntry {
  /** A clause on the first file that is not what it was. */
  readonly damage: string;
  /** Why the entry is still there, as in a cache that this user may only read. */
  readonly kept?: string;
}

/**
 * Removes an entry with a damaged file, so that the next use makes it again. Reads every file; gives `undefined` for a
 * sound entry.
 */
export async function discardDamaged(name: string, context: PrepareContext): Promise<DamagedEntry | undefined> {
  const entry = join(context.cacheDir, name);
  const damage = await findDamage(entry);
  if (damage === undefined) return undefined;
  try {
    await withLock({ path: `${entry}.lock`, what: name, log: context.log, signal: context.signal }, async () => {
      // Another run may have made it again while this one waited.
      if ((await findDamage(entry)) !== undefined) await setAside(entry);
    });
  } catch (thrown) {
    context.signal?.throwIfAborted();
    const error = explainRefusal(thrown);
    if (await isThere(entry)) return { damage, kept: messageOf(error) };
  }
  return { damage };
}

/** Guests that run from it keep their files; a name of its own lets the next builder find what a kill leaves of it. */
async function setAside(entry: string): Promise<void> {
  const aside = `${entry}.partial-${await newOwnerMark()}`;
  await rename(entry, aside).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
  await removeTree(aside);
}

/** An entry is sound if it is there with all that it must hold, and as large as it was made. */
async function look(
  entry: string,
  holds: NonNullable<StoreRequest['holds']>,
): Promise<'sound' | 'absent' | { readonly damage: string }> {
  if (!(await isThere(entry))) return 'absent';
  for (const name of await holds(entry))
    if (!(await isThere(join(entry, name)))) return { damage: `${name} is missing` };
  const damage = await findWrongSize(entry);
  return damage === undefined ? 'sound' : { damage };
}

async function buildAside(entry: string, build: (dir: string) => Promise<void>): Promise<void> {
  await removeRemains(entry);
  const dir = `${entry}.partial-${await newOwnerMark()}`;
  await mkdir(dir, { recursive: true });
  try {
    await build(dir);
    await recordSums(dir, entry);
    await rename(dir, entry);
  } catch (error) {
    await removeTree(dir).catch(() => undefined);
    // Only after a lost lock: somebody else finished the same entry first, and theirs is as good.
    if (!(await isThere(entry))) throw error;
    // Ours may have replaced its sums.
    await recordSums(entry, entry).catch(() => undefined);
  }
}

/** Only of builders that are dead: one that was suspended lost its lock, and goes on writing when it wakes. */
async function removeRemains(entry: string): Promise<void> {
  const prefix = `${entry}.partial-`;
  const names = await readdir(dirname(entry));
  const remains = names.map((name) => join(dirname(entry), name)).filter((path) => path.startsWith(prefix));
  await Promise.all(
    remains.map(async (path) =>
      (await isAbandoned(path, path.slice(prefix.length))) ? await removeTree(path) : undefined,
    ),
  );
}

async function isAbandoned(path: string, ownerMark: string): Promise<boolean> {
  const owner = await findOwner(ownerMark);
  if (owner !== 'unknown') return owner === 'gone';
  const madeMs = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );
  return Date.now() - madeMs > ABANDONED_MS;
}
