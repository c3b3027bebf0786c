import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTreeSource } from '../../../guests/kernels/build/tree-source.ts';
import type { PrepareContext } from '../../../guests/store/prepare-context.ts';
import { present } from '../../model/present.ts';
import type { Watched, Watcher } from './watch-rounds.ts';

/** An editor writes a file in several steps; a checkout writes thousands. */
const SETTLED_MS = 300;
/** How often the count of events is looked at. */
const HEARD_MS = 50;
/** Where nothing tells of changes: no inotify is left. */
const POLL_MS = 2000;

/**
 * Waits for a save in a kernel's source. inotify tells at once that something happened in one of its folders, and git
 * whether that makes another kernel: what git ignores does not, nor does a commit of what was there before.
 */
export function watchTree(
  { path, ref }: { readonly path: string; readonly ref?: string },
  context: PrepareContext,
  { settledMs = SETTLED_MS, pollMs = POLL_MS } = {},
): Watcher {
  const look = async (): Promise<Watched | undefined> =>
    findTreeSource({ kind: 'tree', path, patches: [], ...present({ ref }) }, context).then(
      ({ digest }) => ({ path, digest }),
      // In the middle of a rebase, say: the next event comes with its end.
      () => undefined,
    );
  return {
    path,
    look,
    async next(last, signal) {
      for (;;) {
        // A revision moves without a file of the tree being written.
        using events = new FolderEvents(ref === undefined ? await listFolders(path) : []);
        // A save may have come while the last round ran.
        const now = await look();
        if (now !== undefined && now.digest !== last?.digest) return now;
        if (!(await (events.areHeard ? waitForEvent(events, signal) : pause(pollMs, signal)))) return undefined;
        if (!(await waitForCalm(events, settledMs, signal))) return undefined;
      }
    },
  };
}

/** False, as the waits below, if the signal cut it short. */
async function waitForEvent(events: FolderEvents, signal: AbortSignal): Promise<boolean> {
  for (const before = events.count; events.count === before;) if (!(await pause(HEARD_MS, signal))) return false;
  return true;
}

async function waitForCalm(events: FolderEvents, settledMs: number, signal: AbortSignal): Promise<boolean> {
  for (let before = -1; events.count !== before;) {
    before = events.count;
    if (!(await pause(settledMs, signal))) return false;
  }
  return true;
}

/** Counts what happens in some folders. */
class FolderEvents implements Disposable {
  readonly #watchers: FSWatcher[] = [];
  count = 0;
  /** Whether the kernel tells of changes at all. */
  areHeard: boolean;

  constructor(folders: readonly string[]) {
    this.areHeard = folders.length > 0;
    try {
      for (const folder of folders) {
        const watcher = watch(folder, () => (this.count += 1));
        watcher.on('error', () => (this.areHeard = false));
        this.#watchers.push(watcher);
      }
    } catch {
      this.areHeard = false;
    }
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}

/** All that may hold a source: a tenth as many as files. */
async function listFolders(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  return [path, ...folders.filter((folder) => !`${folder}/`.startsWith(join(path, '.git/')))];
}

async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
