import { asksDax } from '../../model/dax-options.ts';
import { UserError } from '../../model/errors.ts';
import type { FilesystemSpec } from '../../model/matrix.ts';
import { DEVICE_ROLES, type DeviceRole, plannedMode, type PmemDevice, type PmemTopology } from '../../model/pmem.ts';
import { present } from '../../model/present.ts';

/** The place in the topology of the device in each role. TEST and SCRATCH always have one. */
export type Roles = Readonly<Partial<Record<DeviceRole, number>>> & { readonly test: number; readonly scratch: number };

/** As `mkfs.xfs` wants it without its own back door for xfstests. */
const MIN_XFS_BYTES = 300 * 2 ** 20;

/**
 * Who is TEST_DEV, SCRATCH_DEV and so on. If the topology names roles, they alone count. Else TEST and SCRATCH are the
 * first two devices that suit the file system: they can do DAX where it asks for that, else are block devices.
 * LOGWRITES is the next block device.
 * @throws UserError when TEST or SCRATCH is missing, a role is given twice, or its device cannot play it
 */
export function assignRoles(topology: PmemTopology, filesystem: FilesystemSpec): Roles {
  const { devices } = topology;
  const roles = devices.some(({ role }) => role !== undefined)
    ? namedRoles(topology)
    : defaultRoles(devices, filesystem);
  const missing = (['test', 'scratch'] as const).filter((role) => roles[role] === undefined);
  if (missing.length > 0) {
    throw refuse(
      topology,
      `has no device for ${missing.map(variableOf).join(' and ')}${asksDax(filesystem) ? ` that can do DAX, which ${filesystem.name} asks for` : ''}`,
      'xfstests wants two devices for file systems, a third for LOGWRITES_DEV',
    );
  }
  for (const role of ['test', 'scratch'] as const) {
    const device = devices[roles[role] ?? -1];
    if (filesystem.type === 'xfs' && device && device.sizeBytes < MIN_XFS_BYTES)
      throw refuse(
        topology,
        `has less than 300M on ${variableOf(role)}, and mkfs.xfs makes nothing smaller`,
        'make the device larger',
      );
  }
  // Checked just above.
  return roles as Roles;
}

function devicesHave({ devices }: PmemTopology, role: DeviceRole): boolean {
  return devices.some((device) => device.role === role);
}

/** `test` → `TEST_DEV`, `scratch-log` → `SCRATCH_LOGDEV`. */
export function variableOf(role: DeviceRole): string {
  const [use, part = ''] = role.toUpperCase().split('-');
  return `${use}_${part}DEV`;
}

function namedRoles(topology: PmemTopology): Partial<Record<DeviceRole, number>> {
  const roles: Partial<Record<DeviceRole, number>> = {};
  for (const [index, device] of topology.devices.entries()) {
    if (device.role === undefined) continue;
    if (roles[device.role] !== undefined)
      throw refuse(
        topology,
        `gives the role ${device.role} twice`,
        `give one of the two another: role: ${DEVICE_ROLES.find((role) => !devicesHave(topology, role)) ?? 'scratch'}`,
      );
    if (plannedMode(device) === 'devdax')
      throw refuse(
        topology,
        `gives the role ${device.role} to a device-DAX node, which is no block device`,
        'use namespace: fsdax',
      );
    roles[device.role] = index;
  }
  return roles;
}

function defaultRoles(devices: readonly PmemDevice[], filesystem: FilesystemSpec): Partial<Record<DeviceRole, number>> {
  const blocks = [...devices.keys()].filter((index) => modeAt(devices, index) !== 'devdax');
  const carriers = asksDax(filesystem) ? blocks.filter((index) => modeAt(devices, index) === 'fsdax') : blocks;
  const [test, scratch] = carriers;
  const logwrites = blocks.find((index) => index !== test && index !== scratch);
  return {
    ...present({ test, scratch, logwrites }),
  };
}

function modeAt(devices: readonly PmemDevice[], index: number): string | undefined {
  const device = devices[index];
  return device && plannedMode(device);
}

function refuse({ name }: PmemTopology, why: string, remedy: string): UserError {
  return new UserError(`pmem ${name} ${why}`, { code: 'xfstests-devices', remedy });
}
