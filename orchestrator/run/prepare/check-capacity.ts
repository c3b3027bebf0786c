import { splitDeviceBytes } from '../../model/device-kinds.ts';
import type { FolderFacts } from '../../host/facts.ts';
import type { Cell } from '../../model/cell.ts';
import { InfraError, UserError } from '../../model/errors.ts';
import { formatSize } from '../../model/size.ts';

/** Below this, logs and reports themselves are at risk. */
const MIN_FREE_BYTES = 64 * 2 ** 20;

/**
 * Refuses, before anything boots, a topology whose backing files the disk of `runsDir` could not hold when full.
 * @throws UserError for a topology that is too large, InfraError for a disk that is full already or that takes nothing.
 */
export function checkDiskCapacity(
  cells: readonly Cell[],
  { path: runsDir, freeBytes, refusal }: Pick<FolderFacts, 'path' | 'freeBytes' | 'refusal'>,
): void {
  if (refusal !== undefined) {
    throw new InfraError(`the runs cannot be kept in ${runsDir}: ${refusal}`, {
      code: 'run-folder',
      remedy: 'choose another place with --runs DIR, or let PMEMRIG_RUNS name one',
    });
  }
  if (freeBytes < MIN_FREE_BYTES) {
    throw new InfraError(`the disk of ${runsDir} is full (${Math.floor(freeBytes / 2 ** 20)} MiB free)`, {
      code: 'disk-full',
      remedy: 'free some space, or choose another disk with --runs DIR',
    });
  }
  for (const { pmem } of cells) {
    const needed = splitDeviceBytes(pmem.devices).files;
    if (needed > freeBytes) {
      throw new UserError(
        `pmem "${pmem.name}" needs ${formatSize(needed)} of backing files, ` +
          `and the disk of ${runsDir} has ${Math.floor(freeBytes / 2 ** 20)}M free`,
        {
          code: 'pmem-too-large',
          remedy: 'make its devices smaller, or choose another disk with --runs DIR',
        },
      );
    }
  }
}

/**
 * Refuses a cache in which nothing lies and nothing can be put. One that others filled and that takes nothing more may
 * hold all that the run needs.
 * @throws InfraError
 */
export function checkCache({ path, refusal, isUsed }: FolderFacts, variable: string): void {
  if (refusal === undefined || isUsed === true) return;
  throw new InfraError(`The cache, ${path}, cannot be used: ${refusal}`, {
    code: 'unusable-folder',
    remedy: `let ${variable} name another folder, which this user may write to`,
  });
}

/**
 * Refuses a guest that this host could never hold, even with nothing else on it.
 * @throws UserError
 */
export function checkMemoryCapacity(cells: readonly Cell[], { memoryBytes }: { readonly memoryBytes: number }): void {
  for (const { id, guest, pmem } of cells) {
    const needed = guest.memoryBytes + splitDeviceBytes(pmem.devices).memory;
    if (needed > memoryBytes) {
      throw new UserError(
        `the guest of ${id} needs ${formatSize(needed)} of memory, ` +
          `and this host has ${Math.floor(memoryBytes / 2 ** 20)}M`,
        {
          code: 'memory-too-large',
          remedy: "lower the guest's memory, or the size of its e820 devices",
        },
      );
    }
  }
}
