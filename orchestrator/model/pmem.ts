import { type DeviceKind, type DeviceOfKind, type NamespaceMode, traitsOf } from './device-kinds.ts';

/** What xfstests uses a device for; the names are those of its variables, TEST_DEV and so on. */
export const DEVICE_ROLES = [
  'test',
  'scratch',
  'logwrites',
  'test-log',
  'scratch-log',
  'test-rt',
  'scratch-rt',
] as const;
export type DeviceRole = (typeof DEVICE_ROLES)[number];

/** One emulated device of a topology. */
export type PmemDevice = DeviceOfKind & {
  /** Absent: what its place among the others says, see `assignRoles`. */
  readonly role?: DeviceRole;
};

/** What a test sees of a device: the mode of its namespace, or `block` where it has none. */
export type DeviceMode = NamespaceMode | 'block';

/** The mode in which a planned device will show up in the guest. */
export function plannedMode(device: PmemDevice): DeviceMode {
  if (!traitsOf(device).isPmem) return 'block';
  return ('namespace' in device ? device.namespace : undefined) ?? 'fsdax';
}

export interface PmemTopology {
  readonly name: string;
  readonly devices: readonly PmemDevice[];
}

/**
 * A device as found in the booted guest, in the order of the topology.
 * `mode` is what a test sees: `block` for virtio-blk, else the namespace's mode.
 */
export interface GuestDevice {
  readonly kind: DeviceKind;
  readonly mode: DeviceMode;
  /** `/dev/pmem0`, `/dev/pmem0s`, `/dev/dax0.0`, `/dev/vdc`. */
  readonly path: string;
  /** Usable bytes of the device node (fsdax, devdax and sector lose some to metadata). */
  readonly sizeBytes: number;
  /** The block device advertises DAX (`queue/dax`), or it is a device-DAX node. */
  readonly dax: boolean;
  readonly namespace?: string;
  readonly region?: string;
}
