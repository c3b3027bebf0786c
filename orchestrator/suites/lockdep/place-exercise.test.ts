import { expect, test } from 'vitest';
import { LOCKDEP_EXERCISES } from '../../../matrices/suites/lockdep.ts';
import type { FilesystemSpec } from '../../model/matrix.ts';
import type { PmemDevice } from '../../model/pmem.ts';
import { EXT4_DAX, NO_FILESYSTEM } from '../testing/suite-context.ts';
import { readExercise } from './exercises.ts';
import { placeExercise } from './place-exercise.ts';

const GIB = 2 ** 30;
const nvdimm = (
  namespace: 'raw' | 'fsdax' | 'devdax' | 'sector',
  labelSizeBytes = 2 ** 21,
  sizeBytes = GIB,
): PmemDevice => ({ kind: 'nvdimm', sizeBytes, namespace, labelSizeBytes });
const virtio: PmemDevice = { kind: 'virtio-pmem', sizeBytes: GIB };
const disk: PmemDevice = { kind: 'virtio-blk', sizeBytes: GIB };
const EXT4: FilesystemSpec = { ...EXT4_DAX, name: 'ext4', mountOptions: '' };

/** Exercises that do not fit. */
function misfits(devices: readonly PmemDevice[], filesystem: FilesystemSpec): string[] {
  return LOCKDEP_EXERCISES.filter((name) => 'reason' in placeExercise(readExercise(name).needs, devices, filesystem));
}

test.each<[string, readonly PmemDevice[], FilesystemSpec, readonly string[]]>([
  ['a labelled NVDIMM under a DAX mount lacks only virtio-pmem', [nvdimm('fsdax')], EXT4_DAX, ['virtio-pmem-unbind']],
  [
    'without labels a region holds one namespace',
    [nvdimm('fsdax', 0)],
    EXT4_DAX,
    ['virtio-pmem-unbind', 'namespace-create'],
  ],
  ['virtio-pmem cannot be reshaped', [virtio], EXT4_DAX, ['namespace-create', 'btt-load', 'kmem-hotplug']],
  [
    'a small device has no whole block of memory',
    [nvdimm('fsdax', 2 ** 21, 2 ** 28)],
    EXT4_DAX,
    ['virtio-pmem-unbind', 'kmem-hotplug'],
  ],
  [
    'a mount without DAX has no page to fault or break',
    [nvdimm('fsdax')],
    EXT4,
    ['fault-storm', 'virtio-pmem-unbind', 'memory-failure'],
  ],
  [
    'without a file system nothing is mounted',
    [nvdimm('sector')],
    NO_FILESYSTEM,
    ['fault-storm', 'mount-cycle', 'virtio-pmem-unbind', 'memory-failure'],
  ],
])('%s', (_rule, devices, filesystem, expected) => expect(misfits(devices, filesystem)).toEqual(expected));

test('a device-DAX node has no block device', () => {
  expect(LOCKDEP_EXERCISES.filter((name) => !misfits([nvdimm('devdax')], NO_FILESYSTEM).includes(name))).toEqual([
    'sysfs-readers',
    'namespace-disable',
    'region-disable',
    'namespace-create',
    'btt-load',
    'kmem-hotplug',
  ]);
});

test('a plain disk is never the device under test', () => {
  expect(misfits([disk], EXT4)).toEqual(LOCKDEP_EXERCISES);
  expect(placeExercise('file', [disk, virtio], EXT4)).toEqual({ index: 1 });
});
