import { open, rm, statfs } from 'node:fs/promises';
import { UserError } from '../orchestrator/model/errors.ts';
import { formatSize } from '../orchestrator/model/size.ts';
import type { BackingFile } from './qemu/devices.ts';

/**
 * Makes the sparse files behind a guest's devices in `dir`. Rejects with UserError when the disk could not hold
 * them once filled: QEMU maps them, so a full disk would kill it (SIGBUS) in the midst of a test.
 */
export async function createBackingFiles(files: readonly BackingFile[], dir: string): Promise<void> {
  const wantedBytes = files.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const { bavail, bsize } = await statfs(dir);
  const freeBytes = bavail * bsize;
  if (wantedBytes > freeBytes) {
    throw new UserError(`the pmem devices need ${formatSize(wantedBytes)} of disk, but the host has ${formatSize(freeBytes - (freeBytes % 2 ** 20))} free at ${dir}`, {
      code: 'pmem-too-large',
      remedy: 'make the devices smaller, or put the runs elsewhere with --runs',
    });
  }
  for (const { path, sizeBytes } of files) {
    await using file = await open(path, 'wx', 0o600);
    await file.truncate(sizeBytes);
  }
}

export async function removeFiles(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { force: true })));
}
