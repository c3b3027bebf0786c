import { constants } from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { formatSize } from '../../orchestrator/model/size.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** O_TMPFILE but for O_DIRECTORY, which Node does not name: the same number on all architectures that QEMU emulates. */
const TMPFILE = 0o20_000_000;

/** In memory, if the host has such a folder: a guest that boots writes all over its RAM. */
const MEMORY_DIR = '/dev/shm';

/**
 * Opens a file without a name, which is gone with its last user, to hold a guest's RAM while its template is made. It lies in
 * memory, or else in `dir`, where there is room for all of it: QEMU maps it, and a full disk would kill it. Rejects with
 * an Error, a clause, when neither has room.
 */
export async function openRam(sizeBytes: number, dir: string): Promise<FileHandle> {
  const refusals: string[] = [];
  for (const folder of [MEMORY_DIR, dir])
    try {
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize >= sizeBytes)
        return await open(folder, TMPFILE | constants.O_DIRECTORY | constants.O_RDWR, 0o600);
      refusals.push(`${folder} has no room for ${formatSize(sizeBytes)} of memory`);
    } catch (error) {
      refusals.push(messageOf(error));
    }
  throw new Error(refusals.join(', and '));
}
