/** What `ndctl` can make of a region. */
export type NamespaceMode = 'raw' | 'fsdax' | 'devdax' | 'sector';

/** What a topology says of a device, by its kind. Sizes are in bytes and mean the size usable in the guest's region. */
export type DeviceOfKind =
  | {
      readonly kind: 'nvdimm';
      readonly sizeBytes: number;
      readonly namespace: NamespaceMode;
      /** 0: label-less, the region then comes up as one namespace. */
      readonly labelSizeBytes: number;
    }
  | {
      readonly kind: 'virtio-pmem';
      readonly sizeBytes: number;
      /** Absent: `fsdax`, as it comes up. */
      readonly namespace?: NamespaceMode;
    }
  | { readonly kind: 'e820'; readonly sizeBytes: number; readonly namespace: NamespaceMode }
  | { readonly kind: 'virtio-blk'; readonly sizeBytes: number };

export type DeviceKind = DeviceOfKind['kind'];

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
  /** Modes beside its usual one that `--pmem KIND-MODE` stands for. */
  readonly presetModes?: readonly NamespaceMode[];
}

const CPU_FLUSHED = { isPmem: true, isMemoryDevice: false, grantsMapSync: true, flushesByHost: false } as const;

/**
 * A further kind of device is a row here, and its two halves in `guests/devices` with a row in their table: QEMU's
 * words, and what the guest finds. Its keys in the matrix are in `matrices/schema/schema-pmem.ts`.
 */
export const DEVICE_TRAITS: Readonly<Record<DeviceKind, DeviceTraits>> = {
  nvdimm: {
    ...CPU_FLUSHED,
    title: 'nvdimm',
    usesGuestMemory: false,
    isMemoryDevice: true,
    presetModes: ['raw', 'devdax', 'sector'],
  },
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

// The table's own keys.
export const DEVICE_KINDS = Object.keys(DEVICE_TRAITS) as readonly DeviceKind[];

export function traitsOf({ kind }: Pick<DeviceOfKind, 'kind'>): DeviceTraits {
  return DEVICE_TRAITS[kind];
}

/** Bytes of the devices that are taken from the guest's memory, and of those that lie in files of the host. */
export function splitDeviceBytes(devices: readonly DeviceOfKind[]): {
  readonly memory: number;
  readonly files: number;
} {
  const sum = (inMemory: boolean): number =>
    devices.reduce(
      (bytes, device) => bytes + (traitsOf(device).usesGuestMemory === inMemory ? device.sizeBytes : 0),
      0,
    );
  return { memory: sum(true), files: sum(false) };
}
