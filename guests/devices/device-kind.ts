import type { MachineType } from '../arch/machine-type.ts';
import type { PmemDriver } from './pmem-driver.ts';

/** A file behind a device, to be made before QEMU starts. */
export interface BackingFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** How a device is found again in the guest. */
export type DevicePlacement =
  /** By the physical address that QMP `query-memory-devices` gives for this id. */
  | { readonly by: 'memory-device'; readonly qdevId: string }
  /** At a physical address chosen by the rig. */
  | { readonly by: 'address'; readonly address: number }
  /** By the serial number of a virtio disk. */
  | { readonly by: 'serial'; readonly serial: string };

/** A device with its names: QEMU's, and the path of the file behind it. */
export interface NamedDevice<Device> {
  readonly device: Device;
  /** `pmem0`: the number counts all devices of the topology. */
  readonly id: string;
  readonly path: string;
}

/** One device in QEMU's words. */
export interface DevicePart {
  readonly argv: readonly string[];
  readonly placement: DevicePlacement;
  readonly backingFiles?: readonly BackingFile[];
  /** For the kernel's command line. */
  readonly kernelArg?: string;
}

/** All devices of one kind, one at least, in QEMU's words. */
export interface KindComposition {
  /** One for each device, in order. */
  readonly parts: readonly DevicePart[];
  /** Words for `-machine`, after its type. */
  readonly machineFlags?: readonly string[];
  /** What they share, ahead of all devices. */
  readonly sharedArgv?: readonly string[];
}

/** The machine that carries the devices. */
export interface CarryingMachine {
  readonly type: MachineType;
  /** What the guest has for itself beside the devices. */
  readonly memoryBytes: number;
}

/** What is said of a device to plug in. */
interface Plug {
  readonly sizeBytes: number;
  readonly labelSizeBytes?: number;
}

/** A kind's words for QEMU. */
export interface DeviceInQemu<Device> {
  /** A small one, by which a QEMU is tried. */
  readonly example: Device;
  /**
   * QEMU leaves its queues and its PCI configuration out of what it saves of a guest, without a word. A fork gets it as a
   * device that is new.
   */
  readonly isUnsaved?: true;
  /** What a machine lacks to carry it; undefined if it lacks nothing. Absent: all carry it. */
  readonly lacks?: (machine: MachineType) => string | undefined;
  /** What a device is that is plugged into a running machine; absent: it cannot be. */
  readonly completePlug?: (device: Plug) => Device;
  readonly compose: (devices: readonly NamedDevice<Device>[], machine: CarryingMachine) => KindComposition;
}

/** What the guest has to find of a kind, and to make of it. */
export interface DeviceInGuest {
  /** What in the kernel makes it appear. */
  readonly driver: PmemDriver;
  /** A region, of which ndctl makes the namespace; or a disk, as it is. */
  readonly appearsAs: 'region' | 'disk';
}
