import { traitsOf } from '../../model/device-kinds.ts';
import { findDriver, readDriverFacts, requireDrivers, type Driver } from '../../../guests/kernels/boot/boot-drivers.ts';
import type { PreparedKernel } from '../../../guests/kernels/prepare-kernel.ts';
import { KINDS } from '../../../guests/devices/kinds.ts';
import { NAMESPACE_DRIVER } from '../../../guests/devices/pmem-driver.ts';
import type { Cell } from '../../model/cell.ts';

const FILESYSTEM_DRIVERS: Readonly<Record<string, Driver>> = {
  ext4: { config: 'CONFIG_EXT4_FS', module: 'ext4' },
  xfs: { config: 'CONFIG_XFS_FS', module: 'xfs' },
};

/**
 * Rejects with UserError if the kernel's configuration makes modules of what the cells need, and none were given. A
 * kernel configured without them is another matter: that is what its cells then show.
 */
export async function requireModules(
  kernel: PreparedKernel,
  cells: readonly Pick<Cell, 'pmem' | 'filesystem'>[],
): Promise<void> {
  const facts = await readDriverFacts(kernel);
  const wanted = cells.flatMap(({ pmem, filesystem }) => [
    ...pmem.devices.map(({ kind }) => KINDS[kind].inGuest.driver),
    ...(pmem.devices.some((device) => traitsOf(device).isPmem) ? [NAMESPACE_DRIVER] : []),
    ...(FILESYSTEM_DRIVERS[filesystem.type] ? [FILESYSTEM_DRIVERS[filesystem.type]] : []),
  ]);
  const notGiven = [...new Set(wanted)].flatMap((driver) =>
    driver && findDriver(driver, facts) === 'not-given' ? [driver] : [],
  );
  requireDrivers(kernel, notGiven, 'the cells of this run need them', facts);
}
