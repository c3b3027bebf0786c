import { mkdir } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Guest } from '../../model/guest.ts';

const MAX_FILES = 100;
const MAX_FILE_BYTES = 16 * 2 ** 20;

/** Copies the files of a guest's folder to `localDir`, within bounds; gives their local paths and what was left out. */
export async function fetchArtifacts(guest: Guest, remoteDir: string, localDir: string): Promise<{ readonly files: readonly string[]; readonly notes: readonly string[] }> {
  const listed = await guest.exec(['find', remoteDir, '-type', 'f', '-printf', '%P\\0']);
  const names = listed.stdout.split('\0').filter((name) => name !== '').toSorted();
  const notes = names.length > MAX_FILES ? [`${names.length - MAX_FILES} files of $PMEMRIG_ARTIFACTS were left out: at most ${MAX_FILES} are kept`] : [];
  const files: string[] = [];
  for (const name of names.slice(0, MAX_FILES)) {
    const local = join(localDir, name);
    await mkdir(dirname(local), { recursive: true });
    const { truncated } = await guest.download(posix.join(remoteDir, name), local, { maxBytes: MAX_FILE_BYTES });
    if (truncated) notes.push(`${name} was cut at ${MAX_FILE_BYTES} bytes`);
    files.push(local);
  }
  return { files, notes };
}
