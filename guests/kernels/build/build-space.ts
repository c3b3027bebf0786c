import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InfraError } from '../../../orchestrator/model/errors.ts';
import type { DotConfig } from '../kconfig/dot-config.ts';

const GIB = 2 ** 30;
/**
 * What every build takes, with some to spare: a source of 1.4 to 1.6 GiB, and the 0.8 GiB that a tiny kernel with all
 * fragments adds to it.
 */
export const LEAST_BUILD_BYTES = 3 * GIB;

/**
 * Objects, links, modules and images for each option that is y or m, with reduced debug information. 6.1 was measured
 * with 1.2 MiB (tiny, 680 options) and 1.7 MiB (defconfig, 1,570 options).
 */
const BYTES_PER_OPTION = 1.75 * 2 ** 20;
/**
 * Objects of fs/ext4 and drivers/nvdimm are 3.8 times as large with full debug information; not all that is written
 * grows with them.
 */
const FULL_DEBUG_FACTOR = 2.5;

/**
 * About what the build of a finished configuration writes besides the source. Rather too little than too much: a disk
 * that does fill up is reported, too, but nobody can argue with a refusal.
 */
export function estimateBuildBytes(config: DotConfig): number {
  const options = [...config.values()].filter((value) => value === 'y' || value === 'm').length;
  const isFull = config.get('DEBUG_INFO') === 'y' && config.get('DEBUG_INFO_REDUCED') !== 'y';
  return options * BYTES_PER_OPTION * (isFull ? FULL_DEBUG_FACTOR : 1);
}

/** Better said before the minutes than after them. Rejects with InfraError if less is free where `dir` lies. */
export async function requireSpace(dir: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  if (bavail * bsize >= neededBytes) return;
  throw new InfraError(
    `This kernel's build needs ${showGib(neededBytes)} GiB, ` +
      `and only ${showGib(bavail * bsize)} are free in ${dirname(dir)}.`,
    {
      code: 'disk-full',
      remedy:
        'free some space there (`pmemrig kernel prune` lists what is old), ' +
        'or let PMEMRIG_CACHE name a folder on a larger disk.',
    },
  );
}

function showGib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
