import { asksDax } from '../../model/dax-options.ts';
import type { FilesystemSpec } from '../../model/matrix.ts';
import type { DeviceMode } from '../../model/pmem.ts';

/**
 * The place of the device that carries the file system, or -1. It is the first block device; where DAX is asked for an
 * fsdax namespace goes before a raw one and that before the rest. A raw one is let through: whether a kernel refuses
 * DAX there is for the guest to show.
 */
export function filesystemDeviceIndex(
  modes: readonly DeviceMode[],
  filesystem: Pick<FilesystemSpec, 'mountOptions'>,
): number {
  if (asksDax(filesystem)) {
    const dax = modes.indexOf('fsdax');
    if (dax !== -1) return dax;
    const raw = modes.indexOf('raw');
    if (raw !== -1) return raw;
  }
  return modes.findIndex((mode) => mode !== 'devdax');
}
