import type { Cell } from '../model/cell.ts';
import { traitsOf } from '../model/device-kinds.ts';
import { plannedMode } from '../model/pmem.ts';

/**
 * Device-DAX over virtio-pmem: the kernel grants MAP_SYNC there (seen with 6.1 and 6.12), which ext4 and xfs refuse on
 * the same device. drivers/dax/device.c does not ask whether the device flushes by itself. So nothing that is written
 * is flushed to the host.
 */
export function warnUnflushed(cells: readonly Pick<Cell, 'pmem'>[]): string[] {
  const names = new Set(
    cells
      .filter(({ pmem }) =>
        pmem.devices.some((device) => traitsOf(device).flushesByHost && plannedMode(device) === 'devdax'),
      )
      .map(({ pmem }) => pmem.name),
  );
  return [...names].map(
    (name) =>
      `pmem "${name}": a device-DAX node over virtio-pmem grants MAP_SYNC, ` +
      'and nothing written through it is flushed to the host: a pass there proves no durability. ' +
      'Where it shall, use kind: nvdimm',
  );
}
