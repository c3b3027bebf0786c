import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDir } from '../../orchestrator/model/make-dir.ts';

/** Folder of the store, with a folder for each boot key of which a guest has come up here. */
const BOOT_KEYS = 'boot-keys';
/** In a key's folder: no template can be made of it. */
const REFUSED = 'refused';
/** What refused it, such as memory that others had, may be gone after so long. */
const REFUSED_FOR_MS = 24 * 3600_000;

/** Notes that a guest of this key has come up. In a cache that takes nothing none ever has. */
export async function noteSeen(key: string, cacheDir: string): Promise<void> {
  const dir = join(cacheDir, BOOT_KEYS, key);
  // The cache is pruned by the time of the last use.
  await makeDir(dir)
    .then(async () => utimes(dir, new Date(), new Date()))
    .catch(() => undefined);
}

/** Whether a guest of this key has come up before, and no template of it was refused of late. */
export async function isSeen(key: string, cacheDir: string): Promise<boolean> {
  const dir = join(cacheDir, BOOT_KEYS, key);
  const [seenMs, refusedMs] = await Promise.all([timeOf(dir), timeOf(join(dir, REFUSED))]);
  return seenMs !== undefined && (refusedMs === undefined || Date.now() - refusedMs > REFUSED_FOR_MS);
}

/** Notes that no template can be made of this key, so that the next runs do not spend a boot on trying. */
export async function noteRefusal(key: string, cacheDir: string): Promise<void> {
  await noteSeen(key, cacheDir);
  await writeFile(join(cacheDir, BOOT_KEYS, key, REFUSED), '').catch(() => undefined);
}

async function timeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
