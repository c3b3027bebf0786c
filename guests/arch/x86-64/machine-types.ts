import type { MachineType } from '../machine-type.ts';

const GIB = 2 ** 30;

/** What both PCs have. The PCI hole ends at 4 GiB. */
const PC = {
  // No devices that a test never looks at.
  flags: ['usb=off', 'vmport=off'],
  panicDevice: 'pvpanic',
  generationDevice: 'vmgenid',
  nvdimm: 'nvdimm=on',
  memoryDevices: true,
} as const;

export const MACHINE_TYPES = {
  // With more than 3 GiB below 4 GiB the PCI hole gets tight: QEMU's own limit for big guests.
  pc: { ...PC, name: 'pc', ramSplit: { flag: 'max-ram-below-4g', maxLowBytes: 3 * GIB, highStart: 4 * GIB } },
  // Its hole begins lower: PCI Express has its configuration space there.
  q35: { ...PC, name: 'q35', ramSplit: { flag: 'max-ram-below-4g', maxLowBytes: 2 * GIB, highStart: 4 * GIB } },
  microvm: {
    name: 'microvm',
    flags: [],
    panicDevice: 'pvpanic',
    memoryDevices: false,
    refused: 'it takes memory devices without a word, and puts all of them at address 0',
  },
} as const satisfies Readonly<Record<string, MachineType>>;
