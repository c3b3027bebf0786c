import type { Cell } from '../model/cell.ts';
import { InfraError, UserError } from '../model/errors.ts';
import type { PmemTopology } from '../model/pmem.ts';
import { formatSize } from '../model/size.ts';

/** Below this, logs and reports themselves are at risk. */
const MIN_FREE_BYTES = 64 * 2 ** 20;

/**
 * Refuses, before anything boots, a topology whose backing files the disk of `runsDir` could not hold when full.
 * @throws UserError for a topology that is too large, InfraError for a disk that is full already.
 */
export function checkDiskCapacity(cells: readonly Cell[], { path: runsDir, freeBytes }: { readonly path: string; readonly freeBytes: number }): void {
  if (freeBytes < MIN_FREE_BYTES) {
    throw new InfraError(`the disk of ${runsDir} is full (${Math.floor(freeBytes / 2 ** 20)} MiB free)`, {
      code: 'disk-full',
      remedy: 'free some space, or choose another disk with --runs DIR',
    });
  }
  for (const { pmem } of cells) {
    const needed = backingBytes(pmem);
    if (needed > freeBytes) {
      throw new UserError(`pmem "${pmem.name}" needs ${formatSize(needed)} of backing files, and the disk of ${runsDir} has ${Math.floor(freeBytes / 2 ** 20)}M free`, {
        code: 'pmem-too-large',
        remedy: 'make its devices smaller, or choose another disk with --runs DIR',
      });
    }
  }
}

/**
 * Refuses a guest that this host could never hold, whatever else runs on it.
 * @throws UserError
 */
export function checkMemoryCapacity(cells: readonly Cell[], { memoryBytes }: { readonly memoryBytes: number }): void {
  for (const { id, guest, pmem } of cells) {
    const needed = guest.memoryBytes + pmem.devices.reduce((sum, device) => sum + (device.kind === 'e820' ? device.sizeBytes : 0), 0);
    if (needed > memoryBytes) {
      throw new UserError(`the guest of ${id} needs ${formatSize(needed)} of memory, and this host has ${Math.floor(memoryBytes / 2 ** 20)}M`, {
        code: 'memory-too-large',
        remedy: "lower the guest's memory, or the size of its e820 devices",
      });
    }
  }
}

/** e820 devices live in the guest's RAM. */
function backingBytes({ devices }: PmemTopology): number {
  return devices.reduce((sum, device) => sum + (device.kind === 'e820' ? 0 : device.sizeBytes), 0);
}
