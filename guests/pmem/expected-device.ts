import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import type { DevicePlacement } from '../devices/device-kind.ts';
import type { MemoryDevices } from '../qemu/queries.ts';

/** A device of the topology and where in the guest it must be; `lost` is the reason where it is unknown. */
export interface ExpectedDevice {
  readonly device: PmemDevice;
  readonly at: { readonly address: number } | { readonly serial: string } | { readonly lost: string };
}

/** @param memoryDevices as QEMU of `qemuVersion` lists them */
export function locateDevices(
  devices: readonly PmemDevice[],
  placements: readonly DevicePlacement[],
  memoryDevices: MemoryDevices,
  qemuVersion: string,
): ExpectedDevice[] {
  return devices.flatMap((device, index) => {
    const placement = placements[index];
    if (placement === undefined) return [];
    return [{ device, at: locate(placement, memoryDevices, qemuVersion) }];
  });
}

function locate(
  placement: DevicePlacement,
  { addresses, unread }: MemoryDevices,
  qemuVersion: string,
): ExpectedDevice['at'] {
  switch (placement.by) {
    case 'serial':
      return { serial: placement.serial };
    case 'address':
      return { address: placement.address };
    case 'memory-device': {
      const address = addresses.get(placement.qdevId);
      if (address !== undefined) return { address };
      return {
        lost: [
          `QEMU ${qemuVersion} does not say where it put ${placement.qdevId}`,
          ...unread.map((why) => `in its list of memory devices ${why}`),
        ].join('; '),
      };
    }
    default:
      return placement satisfies never;
  }
}
