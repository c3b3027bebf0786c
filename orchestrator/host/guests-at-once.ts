import type { Cell } from '../model/cell.ts';
import { splitDeviceBytes } from '../model/device-kinds.ts';
import type { HostFacts } from './facts.ts';

/** QEMU's own memory beside the guest's, measured at about 150 MiB under TCG (its translation buffer). */
const QEMU_OVERHEAD_BYTES = 256 * 2 ** 20;

/** What a cell's guest takes of its host. Devices that lie in files are none of it: the page cache may drop those. */
export function neededMemory({ guest, pmem }: Pick<Cell, 'guest' | 'pmem'>): number {
  return guest.memoryBytes + splitDeviceBytes(pmem.devices).memory + QEMU_OVERHEAD_BYTES;
}

/**
 * How many guests of a run are on this host at once, if all are as large as its largest. `jobs` is what the user allows;
 * absent: what cores and memory admit.
 */
export function guestsAtOnce(
  cells: readonly Pick<Cell, 'guest' | 'pmem'>[],
  { jobs, host }: { readonly jobs?: number; readonly host: Pick<HostFacts, 'cores' | 'memoryAvailableBytes'> },
): number {
  const cpus = Math.max(1, ...cells.map(({ guest }) => guest.cpus));
  const byMemory = Math.floor(host.memoryAvailableBytes / Math.max(1, ...cells.map(neededMemory)));
  return Math.max(1, Math.min(jobs ?? Math.floor(host.cores / cpus), byMemory));
}
