import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sumsOf } from './entry-sums.ts';
import { withLock } from './lock.ts';
import type { PrepareContext } from './prepare-context.ts';
import { removeTree } from './remove-tree.ts';

/** One finished entry of the store. */
export interface StoreEntry {
  readonly kind: string;
  readonly key: string;
  readonly path: string;
  /** What it takes on disk. */
  readonly sizeBytes: number;
  readonly lastUsedMs: number;
}

/**
 * The finished entries of one folder of the store, the last used first. Locks, and what is being built, do not count.
 */
export async function listEntries(kind: string, cacheDir: string): Promise<readonly StoreEntry[]> {
  const dir = join(cacheDir, kind);
  const names = (await readdir(dir).catch(() => [])).filter((name) => !/\.(?:lock|partial-.*)$/.test(name));
  const entries = await Promise.all(
    names.map(async (key) => {
      const path = join(dir, key);
      const [{ mtimeMs }, sizeBytes] = await Promise.all([stat(path), sizeOf(path)]);
      return { kind, key, path, sizeBytes, lastUsedMs: mtimeMs };
    }),
  );
  return entries.toSorted((a, b) => b.lastUsedMs - a.lastUsedMs);
}

/** Removes an entry unless somebody is just building it. */
export async function removeEntry(
  { path, key }: Pick<StoreEntry, 'path' | 'key'>,
  { log, signal }: Pick<PrepareContext, 'log' | 'signal'>,
): Promise<void> {
  await withLock({ path: `${path}.lock`, what: key, log, signal }, async () => {
    await removeTree(path);
    await rm(sumsOf(path), { force: true });
  });
}

async function sizeOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  // Disk images are sparse: blocks, not lengths.
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => ({ blocks: 0 }))).blocks * 512),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
