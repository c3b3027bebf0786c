import type { FilesystemSpec } from '../../model/matrix.ts';
import type { GuestDevice, PmemDevice } from '../../model/pmem.ts';

export type DeviceMode = GuestDevice['mode'];

/** The mode in which a planned device will show up in the guest. */
export function plannedMode(device: PmemDevice): DeviceMode {
  switch (device.kind) {
    case 'virtio-pmem':
      return device.namespace ?? 'fsdax';
    case 'virtio-blk':
      return 'block';
    case 'nvdimm':
    case 'e820':
      return device.namespace;
    default:
      return device satisfies never;
  }
}

/** Whether the mount options ask for DAX; `dax=inode` asks for it file by file. */
export function asksDax({ mountOptions }: Pick<FilesystemSpec, 'mountOptions'>): boolean {
  return mountOptions.split(',').some((option) => ['dax', 'dax=always', 'dax=inode'].includes(option));
}

/**
 * The place of the device that carries the file system, or -1: the first block device, but where DAX is asked for
 * an fsdax namespace goes before a raw one and that before the rest. A raw one is let through:
 * whether a kernel refuses DAX there is for the guest to show.
 */
export function filesystemDeviceIndex(modes: readonly DeviceMode[], filesystem: Pick<FilesystemSpec, 'mountOptions'>): number {
  if (asksDax(filesystem)) {
    const dax = modes.indexOf('fsdax');
    if (dax !== -1) return dax;
    const raw = modes.indexOf('raw');
    if (raw !== -1) return raw;
  }
  return modes.findIndex((mode) => mode !== 'devdax');
}
