import type { StoreEntry } from '../store/list-entries.ts';
import { listEntries } from '../store/list-entries.ts';
import { KBUILD_TREES } from './build/kbuild-tree.ts';
import { BUILD_TREES } from './build/kept-tree.ts';
import { SOURCE_FOLDERS } from './build/tree-source.ts';
import { type BuildRecord, readBuildRecord } from './build/build-record.ts';
import { present } from '../../orchestrator/model/present.ts';

/** A kernel in the store; one that was fetched or given has no record. */
export interface StoredKernel extends StoreEntry {
  readonly record?: BuildRecord;
}

/**
 * Folders of the store that hold kernels, their sources, what is made of them, the guests that are forked from such,
 * what the compiler keeps of series, and the trees that are built on.
 */
const KINDS = {
  kernel: 'kernels',
  around: ['sources', 'initramfs', 'templates', 'boot-keys', 'ccache', BUILD_TREES, KBUILD_TREES, SOURCE_FOLDERS],
} as const;

/** All kernels in the store, the last used first. */
export async function listKernels(cacheDir: string): Promise<readonly StoredKernel[]> {
  const entries = await listEntries(KINDS.kernel, cacheDir);
  return await Promise.all(
    entries.map(async (entry) => {
      const record = await readBuildRecord(entry.path).catch(() => undefined);
      return { ...entry, ...present({ record }) };
    }),
  );
}

/** The kernels, sources, initramfs and templates that were not used since a time in epoch ms. */
export async function findUnused(sinceMs: number, cacheDir: string): Promise<readonly StoreEntry[]> {
  const lists = await Promise.all([KINDS.kernel, ...KINDS.around].map(async (kind) => listEntries(kind, cacheDir)));
  return lists.flat().filter(({ lastUsedMs }) => lastUsedMs < sinceMs);
}
