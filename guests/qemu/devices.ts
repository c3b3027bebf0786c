import { splitDeviceBytes, traitsOf } from '../../orchestrator/model/device-traits.ts';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';

const GIB = 2 ** 30;

/** The PC machines map RAM that does not fit below the PCI hole from here on. */
const ABOVE_4G = 4 * GIB;
/** With more than this below 4 GiB the PCI hole gets tight: QEMU's own limit for big guests. */
const MAX_LOW_RAM = 3 * GIB;

/** A file behind a device, to be made before QEMU starts. */
export interface BackingFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** How the device at the same index of the topology is found again in the guest. */
export type DevicePlacement =
  /** By the physical address that QMP `query-memory-devices` gives for this id. */
  | { readonly by: 'memory-device'; readonly qdevId: string }
  /** At a physical address chosen here. */
  | { readonly by: 'address'; readonly address: number }
  /** By the serial number of a virtio disk. */
  | { readonly by: 'serial'; readonly serial: string };

/** What a list of devices asks of QEMU's command line and of the kernel's. */
export interface DeviceComposition {
  readonly argv: readonly string[];
  readonly kernelArgs: readonly string[];
  /** Words for `-machine`, after its type. */
  readonly machineFlags: readonly string[];
  /** The guest's RAM as QEMU sees it: what was asked plus what `memmap=` takes from it. */
  readonly ramBytes: number;
  /** 0: no memory device, and then `slots` and `maxmem` stay unset. */
  readonly memorySlots: number;
  readonly maxmemBytes: number;
  readonly backingFiles: readonly BackingFile[];
  /** One for each device, in order. */
  readonly placements: readonly DevicePlacement[];
}

type DevicePart = Pick<DeviceComposition, 'argv'> & {
  readonly placement: DevicePlacement;
  readonly backingFile?: BackingFile;
  readonly kernelArg?: string;
};

/**
 * Turns a topology's devices into QEMU's words, without touching the host.
 * @param memoryBytes what the guest has for itself beside the devices
 * @param backing path of the file behind the device at an index
 */
export function composeDevices(
  devices: readonly PmemDevice[],
  { memoryBytes, backing }: { readonly memoryBytes: number; readonly backing: (index: number) => string },
): DeviceComposition {
  const lowRamBytes = lowRam(memoryBytes);
  const e820Starts = placeE820(devices, ABOVE_4G + memoryBytes - lowRamBytes);
  const parts = devices.map((device, index) => composeDevice(device, index, backing(index), e820Starts[index] ?? 0));

  const carvedBytes = splitDeviceBytes(devices).memory;
  const memoryDevices = devices.filter((device) => traitsOf(device).isMemoryDevice);
  const ramBytes = memoryBytes + carvedBytes;
  return {
    argv: parts.flatMap(({ argv }) => argv),
    kernelArgs: parts.flatMap(({ kernelArg }) => kernelArg ?? []),
    machineFlags: [
      ...(devices.some(({ kind }) => kind === 'nvdimm') ? ['nvdimm=on'] : []),
      // Pins where RAM continues above 4 GiB, so that the ranges for `memmap=` are known before boot.
      ...(carvedBytes > 0 ? [`max-ram-below-4g=${lowRamBytes}`] : []),
    ],
    ramBytes,
    memorySlots: memoryDevices.length,
    // QEMU aligns each memory device, and its first one, to as much as 1 GiB.
    maxmemBytes:
      memoryDevices.length === 0
        ? ramBytes
        : roundUp(ramBytes, GIB) + GIB + sum(memoryDevices.map(({ sizeBytes }) => roundUp(sizeBytes, GIB) + GIB)),
    backingFiles: parts.flatMap(({ backingFile }) => backingFile ?? []),
    placements: parts.map(({ placement }) => placement),
  };
}

function composeDevice(device: PmemDevice, index: number, path: string, e820Start: number): DevicePart {
  const id = `pmem${index}`;
  switch (device.kind) {
    case 'nvdimm': {
      // QEMU cuts the labels from the backend's end and maps the rest, down to whole pages. Any other sum would leave a
      // region of an odd size, and the next device at an address at which its own driver fails (-EOPNOTSUPP).
      const sizeBytes = device.sizeBytes + device.labelSizeBytes;
      return {
        argv: [
          ...memoryBackend(id, path, sizeBytes),
          ...jsonDevice({
            driver: 'nvdimm',
            id,
            memdev: `${id}-mem`,
            unarmed: false,
            ...(device.labelSizeBytes > 0 ? { 'label-size': device.labelSizeBytes } : {}),
          }),
        ],
        placement: { by: 'memory-device', qdevId: id },
        backingFile: { path, sizeBytes },
      };
    }
    case 'virtio-pmem':
      return {
        argv: [
          ...memoryBackend(id, path, device.sizeBytes),
          ...jsonDevice({ driver: 'virtio-pmem-pci', id, memdev: `${id}-mem` }),
        ],
        placement: { by: 'memory-device', qdevId: id },
        backingFile: { path, sizeBytes: device.sizeBytes },
      };
    case 'e820':
      return {
        argv: [],
        kernelArg: `memmap=${device.sizeBytes}!${e820Start}`,
        placement: { by: 'address', address: e820Start },
      };
    case 'virtio-blk': {
      const serial = `pmemrig-${id}`;
      return {
        argv: composeDisk({ id, path, serial, readOnly: false }),
        placement: { by: 'serial', serial },
        backingFile: { path, sizeBytes: device.sizeBytes },
      };
    }
    default:
      return device satisfies never;
  }
}

/** A raw file as a virtio disk that the guest finds by its serial number (at most 20 characters). */
export function composeDisk({
  id,
  path,
  serial,
  readOnly,
  noFlush = false,
}: {
  readonly id: string;
  readonly path: string;
  readonly serial: string;
  readonly readOnly: boolean;
  readonly noFlush?: boolean;
}): string[] {
  const file = {
    driver: 'file',
    filename: path,
    'node-name': `${id}-file`,
    'read-only': readOnly,
    ...(noFlush && { cache: { 'no-flush': true } }),
  };
  const raw = {
    driver: 'raw',
    file: `${id}-file`,
    'node-name': `${id}-raw`,
    'read-only': readOnly,
    ...(noFlush && { cache: { 'no-flush': true } }),
  };
  return [
    '-blockdev',
    JSON.stringify(file),
    '-blockdev',
    JSON.stringify(raw),
    ...jsonDevice({ driver: 'virtio-blk-pci', id, drive: `${id}-raw`, serial }),
  ];
}

/** JSON, not `key=value`: a path may hold commas. */
export function jsonDevice(properties: Readonly<Record<string, string | number | boolean>>): string[] {
  return ['-device', JSON.stringify(properties)];
}

function memoryBackend(id: string, path: string, sizeBytes: number): string[] {
  return [
    '-object',
    JSON.stringify({
      'qom-type': 'memory-backend-file',
      id: `${id}-mem`,
      'mem-path': path,
      size: sizeBytes,
      share: true,
    }),
  ];
}

/** QEMU warns of a split below 4 GiB that is no whole number of GiB, so the rest goes above. */
function lowRam(memoryBytes: number): number {
  return Math.min(MAX_LOW_RAM, memoryBytes < GIB ? memoryBytes : Math.floor(memoryBytes / GIB) * GIB);
}

/** The kernel keeps touching `memmap=` ranges of this type apart (e820_nomerge), so they may lie side by side. */
function placeE820(devices: readonly PmemDevice[], start: number): number[] {
  let next = start;
  return devices.map(({ kind, sizeBytes }) => {
    const at = next;
    if (kind === 'e820') next += sizeBytes;
    return at;
  });
}

function roundUp(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
