import type { FilesystemSpec } from '../../model/matrix.ts';
import type { DeviceMode } from '../../model/pmem.ts';
import { filesystemDeviceIndex } from '../shared/filesystem-device.ts';
import { isMounted } from '../shared/mkfs-command.ts';
import type { JobNeed } from './job-file.ts';

/**
 * The place of the device that a job runs on, or -1; while planning and in the guest alike.
 * A block job never gets the device that carries the cell's file system.
 */
export function placeJob(needs: JobNeed, modes: readonly DeviceMode[], filesystem: FilesystemSpec): number {
  switch (needs) {
    case 'fs':
    case 'fs-dax':
      return filesystemDeviceIndex(modes, filesystem);
    case 'devdax':
      return modes.indexOf('devdax');
    case 'block': {
      const taken = isMounted(filesystem) ? filesystemDeviceIndex(modes, filesystem) : -1;
      return modes.findIndex((mode, index) => mode !== 'devdax' && index !== taken);
    }
    default:
      return needs satisfies never;
  }
}
