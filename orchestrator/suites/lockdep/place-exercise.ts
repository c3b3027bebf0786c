import { traitsOf } from '../../model/device-kinds.ts';
import { asksDax } from '../../model/dax-options.ts';
import type { FilesystemSpec } from '../../model/matrix.ts';
import { plannedMode, type PmemDevice } from '../../model/pmem.ts';
import { isMounted } from '../shared/mkfs-command.ts';
import type { ExerciseNeed } from './exercises.ts';

/** Two blocks of 128 MiB, x86's unit of memory that comes and goes, wherever the namespace begins within the first. */
const LEAST_MEMORY_BYTES = 384 * 2 ** 20;

/**
 * Where an exercise runs, or why it cannot: no device is fit. `index` counts in the topology, whose order the guest's
 * devices have too.
 */
export type ExercisePlace = { readonly index: number } | { readonly reason: string };

const isBlock = (device: PmemDevice): boolean => plannedMode(device) !== 'devdax';

/** The first device that an exercise can run on; while planning and in the guest alike. */
export function placeExercise(
  needs: ExerciseNeed,
  devices: readonly PmemDevice[],
  filesystem: FilesystemSpec,
): ExercisePlace {
  const find = (fits: (device: PmemDevice) => boolean, missing: string): ExercisePlace => {
    const index = devices.findIndex((device) => traitsOf(device).isPmem && fits(device));
    return index === -1 ? { reason: `it needs ${missing}` } : { index };
  };
  const carriesFilesystem = (device: PmemDevice): boolean =>
    asksDax(filesystem) ? plannedMode(device) === 'fsdax' : isBlock(device);
  switch (needs) {
    case 'writable':
      return find(isMounted(filesystem) ? carriesFilesystem : isBlock, 'a pmem device that is a block device');
    case 'file':
      return isMounted(filesystem)
        ? find(carriesFilesystem, 'a pmem device that can carry the file system')
        : { reason: 'it needs a file system' };
    case 'dax-file':
      return isMounted(filesystem) && asksDax(filesystem)
        ? find(carriesFilesystem, 'an fsdax device')
        : { reason: 'it needs a file system mounted with DAX' };
    case 'block':
      return find(isBlock, 'a pmem device that is a block device');
    case 'namespace':
      return find(() => true, 'a pmem device');
    case 'labelled':
      return find((device) => 'labelSizeBytes' in device && device.labelSizeBytes > 0, 'an nvdimm with labels');
    case 'reshapable':
      return find((device) => !traitsOf(device).flushesByHost, 'an nvdimm or e820 device');
    case 'memory':
      return find(
        (device) => !traitsOf(device).flushesByHost && device.sizeBytes >= LEAST_MEMORY_BYTES,
        'an nvdimm or e820 device of 384M at least',
      );
    case 'host-flushed':
      return find((device) => traitsOf(device).flushesByHost, 'a virtio-pmem device');
    default:
      return needs satisfies never;
  }
}
