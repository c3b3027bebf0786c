import { open, rm, statfs } from 'node:fs/promises';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { formatSize } from '../../orchestrator/model/size.ts';
import type { BackingFile } from './device-kind.ts';

/**
 * Makes the sparse files behind a guest's devices in `dir`. Rejects with InfraError when the disk could not hold them
 * once filled: QEMU maps them, so a full disk would kill it (SIGBUS) in the midst of a test. A topology that is too
 * large for the disk was refused before the run. What is short by now, the run or its neighbours have used up.
 */
export async function createBackingFiles(files: readonly BackingFile[], dir: string): Promise<void> {
  const wantedBytes = files.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const { bavail, bsize } = await statfs(dir);
  const freeBytes = bavail * bsize;
  if (wantedBytes > freeBytes) {
    throw new InfraError(
      `the pmem devices need ${formatSize(wantedBytes)} of disk, ` +
        `but the host has ${formatSize(freeBytes - (freeBytes % 2 ** 20))} free at ${dir}`,
      {
        code: 'disk-full',
        remedy: 'free some space, or choose another disk with --runs DIR',
      },
    );
  }
  for (const { path, sizeBytes } of files) {
    await using file = await open(path, 'wx', 0o600);
    await file.truncate(sizeBytes);
  }
}

export async function removeFiles(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { force: true })));
}
