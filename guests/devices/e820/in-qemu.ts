import type { DeviceOfKind } from '../../../orchestrator/model/device-kinds.ts';
import type { RamSplit } from '../../arch/machine-type.ts';
import type { DeviceInQemu, DevicePart } from '../device-kind.ts';

const GIB = 2 ** 30;

/** Ranges of the guest's own RAM, which `memmap=` declares persistent: QEMU has no device for it. */
export const E820_IN_QEMU: DeviceInQemu<Extract<DeviceOfKind, { kind: 'e820' }>> = {
  example: { kind: 'e820', sizeBytes: 16 * 2 ** 20, namespace: 'fsdax' },
  lacks: ({ ramSplit }) => (ramSplit === undefined ? 'memmap= has no known place in it' : undefined),
  compose: (devices, { type: { ramSplit }, memoryBytes }) => {
    if (ramSplit === undefined) return { parts: [] };
    const lowBytes = lowRam(memoryBytes, ramSplit);
    // The kernel keeps touching ranges of this type apart (e820_nomerge), so they may lie side by side.
    let next = ramSplit.highStart + memoryBytes - lowBytes;
    const parts = devices.map(({ device: { sizeBytes } }): DevicePart => {
      const address = next;
      next += sizeBytes;
      return { argv: [], kernelArg: `memmap=${sizeBytes}!${address}`, placement: { by: 'address', address } };
    });
    // Pins where RAM continues above 4 GiB, so that the ranges are known before boot.
    return { parts, machineFlags: [`${ramSplit.flag}=${lowBytes}`] };
  },
};

/** QEMU warns of a split below 4 GiB that is no whole number of GiB, so the rest goes above. */
function lowRam(memoryBytes: number, { maxLowBytes }: RamSplit): number {
  return Math.min(maxLowBytes, memoryBytes < GIB ? memoryBytes : Math.floor(memoryBytes / GIB) * GIB);
}
