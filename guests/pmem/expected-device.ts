import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import type { DevicePlacement } from '../qemu/devices.ts';

/** A device of the topology and where in the guest it must be. */
export interface ExpectedDevice {
  readonly device: PmemDevice;
  readonly at: { readonly address: number } | { readonly serial: string };
}

/** @param memoryDevices physical addresses as QEMU tells them */
export function locateDevices(devices: readonly PmemDevice[], placements: readonly DevicePlacement[], memoryDevices: ReadonlyMap<string, number>): ExpectedDevice[] {
  return devices.flatMap((device, index) => {
    const placement = placements[index];
    if (placement === undefined) return [];
    return [{ device, at: locate(placement, memoryDevices) }];
  });
}

function locate(placement: DevicePlacement, memoryDevices: ReadonlyMap<string, number>): ExpectedDevice['at'] {
  switch (placement.by) {
    case 'serial':
      return { serial: placement.serial };
    case 'address':
      return { address: placement.address };
    case 'memory-device':
      // QEMU lists every memory device that it accepted; one it does not list is found nowhere in the guest.
      return { address: memoryDevices.get(placement.qdevId) ?? Number.NaN };
    default:
      return placement satisfies never;
  }
}
