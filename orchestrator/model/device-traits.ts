import type { PmemDevice } from './pmem.ts';

/** What the rest of the rig asks of a kind of device. */
export interface DeviceTraits {
  /** For readers: `e820 (memmap=)`. */
  readonly title: string;
  /** It has namespaces, which ndctl makes; without, it is the control leg. */
  readonly isPmem: boolean;
  /** Its pages are taken from the guest's own memory, not from a file. */
  readonly usesGuestMemory: boolean;
  /** QEMU plugs it in as memory: it takes a slot, and room below `maxmem`. */
  readonly isMemoryDevice: boolean;
  /** ext4 and xfs grant MAP_SYNC on its fsdax namespace: a CPU flush is enough for durability. */
  readonly grantsMapSync: boolean;
  /**
   * The kernel flushes it by asking the host. Exercises that reshape a namespace, or make memory of it, leave it out.
   */
  readonly flushesByHost: boolean;
}

const CPU_FLUSHED = { isPmem: true, isMemoryDevice: false, grantsMapSync: true, flushesByHost: false } as const;

/**
 * A further kind of device is a row here, one in `guests/pmem/drivers.ts`, its words for QEMU
 * (`guests/qemu/devices.ts`) and its keys in the matrix (`matrices/schema/schema-pmem.ts`).
 */
export const DEVICE_TRAITS: Readonly<Record<PmemDevice['kind'], DeviceTraits>> = {
  nvdimm: { ...CPU_FLUSHED, title: 'nvdimm', usesGuestMemory: false, isMemoryDevice: true },
  'virtio-pmem': {
    title: 'virtio-pmem',
    isPmem: true,
    usesGuestMemory: false,
    isMemoryDevice: true,
    grantsMapSync: false,
    flushesByHost: true,
  },
  e820: { ...CPU_FLUSHED, title: 'e820 (memmap=)', usesGuestMemory: true },
  'virtio-blk': {
    title: 'virtio-blk',
    isPmem: false,
    usesGuestMemory: false,
    isMemoryDevice: false,
    grantsMapSync: false,
    flushesByHost: true,
  },
};

export const DEVICE_KINDS = [
  'nvdimm',
  'virtio-pmem',
  'e820',
  'virtio-blk',
] as const satisfies readonly PmemDevice['kind'][];

export function traitsOf({ kind }: Pick<PmemDevice, 'kind'>): DeviceTraits {
  return DEVICE_TRAITS[kind];
}

/** Bytes of the devices that are taken from the guest's memory, and of those that lie in files of the host. */
export function splitDeviceBytes(devices: readonly PmemDevice[]): { readonly memory: number; readonly files: number } {
  const sum = (inMemory: boolean): number =>
    devices.reduce(
      (bytes, device) => bytes + (traitsOf(device).usesGuestMemory === inMemory ? device.sizeBytes : 0),
      0,
    );
  return { memory: sum(true), files: sum(false) };
}
