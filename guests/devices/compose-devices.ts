import {
  DEVICE_KINDS,
  type DeviceKind,
  type DeviceOfKind,
  splitDeviceBytes,
  traitsOf,
} from '../../orchestrator/model/device-kinds.ts';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import type { MachineType } from '../arch/machine-type.ts';
import type {
  BackingFile,
  CarryingMachine,
  DeviceInQemu,
  DevicePart,
  DevicePlacement,
  KindComposition,
  NamedDevice,
} from './device-kind.ts';
import { KINDS } from './kinds.ts';

const GIB = 2 ** 30;
/** Bytes of each memory device that may be plugged in. It is room for addresses alone, and takes no memory. */
const SPARE_MEMORY_DEVICES: readonly number[] = Array.from({ length: 8 }, () => 2 * GIB);

/** What a list of devices asks of QEMU's command line and of the kernel's. */
export interface DeviceComposition {
  readonly argv: readonly string[];
  /** The same words parted: a template has the devices that QEMU saves, and its forks get the others beside them. */
  readonly parted: { readonly saved: readonly string[]; readonly unsaved: readonly string[] };
  readonly kernelArgs: readonly string[];
  /** Words for `-machine`, after its type. */
  readonly machineFlags: readonly string[];
  /** The guest's RAM as QEMU sees it: what was asked plus what the devices take from it. */
  readonly ramBytes: number;
  /** 0: no memory device, and then `slots` and `maxmem` stay unset. */
  readonly memorySlots: number;
  readonly maxmemBytes: number;
  readonly backingFiles: readonly BackingFile[];
  /** The file behind each device, in order; undefined where there is none. */
  readonly deviceFiles: readonly (string | undefined)[];
  /** One for each device, in order. */
  readonly placements: readonly DevicePlacement[];
}

interface ComposeOptions {
  readonly machineType: MachineType;
  /** What the guest has for itself beside the devices. */
  readonly memoryBytes: number;
  /** Leaves room for devices that are plugged in later. */
  readonly hotPlug?: boolean;
  /** Path of the file behind the device at an index. */
  readonly backing: (index: number) => string;
}

/** Turns a topology's devices into QEMU's words for a machine that carries them, without touching the host. */
export function composeDevices(
  devices: readonly PmemDevice[],
  { machineType, memoryBytes, hotPlug = false, backing }: ComposeOptions,
): DeviceComposition {
  const named = devices.map((device, index) => ({ device, id: `pmem${index}`, path: backing(index) }));
  const present = DEVICE_KINDS.filter((kind) => devices.some((device) => device.kind === kind));
  const kinds = present.map((kind) => composeKind(kind, named, { type: machineType, memoryBytes }));
  const byDevice = new Map(
    kinds.flatMap(({ mine, parts }) => mine.map(({ id }, index) => [id, parts[index]] as const)),
  );
  const parts = named.flatMap(({ id }) => byDevice.get(id) ?? []);

  const memoryBytesEach = [
    ...devices.filter((device) => traitsOf(device).isMemoryDevice).map(({ sizeBytes }) => sizeBytes),
    ...(hotPlug && machineType.memoryDevices ? SPARE_MEMORY_DEVICES : []),
  ];
  const ramBytes = memoryBytes + splitDeviceBytes(devices).memory;
  const shared = kinds.flatMap(({ sharedArgv = [] }) => sharedArgv);
  const unsaved = new Set(
    named.filter(({ device }) => KINDS[device.kind].inQemu.isUnsaved).map(({ id }) => byDevice.get(id)),
  );
  return {
    argv: [...shared, ...wordsOf(parts)],
    parted: {
      saved: [...shared, ...wordsOf(parts.filter((part) => !unsaved.has(part)))],
      unsaved: wordsOf(parts.filter((part) => unsaved.has(part))),
    },
    kernelArgs: parts.flatMap(({ kernelArg }) => kernelArg ?? []),
    machineFlags: [
      ...new Set([
        ...kinds.flatMap(({ machineFlags = [] }) => machineFlags),
        ...(hotPlug && machineType.nvdimm !== undefined ? [machineType.nvdimm] : []),
      ]),
    ],
    ramBytes,
    memorySlots: memoryBytesEach.length,
    // QEMU aligns each memory device, and its first one, to as much as 1 GiB.
    maxmemBytes:
      memoryBytesEach.length === 0
        ? ramBytes
        : roundUp(ramBytes, GIB) + GIB + sum(memoryBytesEach.map((sizeBytes) => roundUp(sizeBytes, GIB) + GIB)),
    backingFiles: parts.flatMap(({ backingFiles = [] }: DevicePart) => backingFiles),
    deviceFiles: parts.map(({ backingFiles }) => backingFiles?.[0]?.path),
    placements: parts.map(({ placement }) => placement),
  };
}

/** A small device of each kind, in the order of the kinds. */
export function exampleDevices(): PmemDevice[] {
  return DEVICE_KINDS.map((kind) => KINDS[kind].inQemu.example);
}

function wordsOf(parts: readonly DevicePart[]): string[] {
  return parts.flatMap(({ argv }) => argv);
}

function composeKind(
  kind: DeviceKind,
  named: readonly NamedDevice<PmemDevice>[],
  machine: CarryingMachine,
): KindComposition & { readonly mine: readonly NamedDevice<DeviceOfKind>[] } {
  const mine = named.filter(({ device }) => device.kind === kind);
  // All are of its own kind, which the compiler does not see from the filter above.
  const { compose } = KINDS[kind].inQemu as DeviceInQemu<DeviceOfKind>;
  return { ...compose(mine, machine), mine };
}

function roundUp(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
