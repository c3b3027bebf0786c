import { expect, test } from 'vitest';
import type { FilesystemSpec } from '../../model/matrix.ts';
import type { PmemDevice } from '../../model/pmem.ts';
import { EXT4_DAX } from '../testing/suite-context.ts';
import { assignRoles, variableOf } from './assign-roles.ts';

const GIB = 2 ** 30;
const nvdimm = { kind: 'nvdimm', sizeBytes: GIB, namespace: 'fsdax', labelSizeBytes: 0 } as const satisfies PmemDevice;
const disk = { kind: 'virtio-blk', sizeBytes: GIB } as const satisfies PmemDevice;
const EXT4: FilesystemSpec = { ...EXT4_DAX, name: 'ext4', mountOptions: '' };
const roles = (devices: readonly PmemDevice[], filesystem = EXT4_DAX) =>
  assignRoles({ name: 'p', devices }, filesystem);

test('without roles the first two that suit the file system are TEST and SCRATCH, the next block device is LOGWRITES', () => {
  expect(roles([disk, nvdimm, nvdimm])).toEqual({ test: 1, scratch: 2, logwrites: 0 });
  expect(roles([disk, nvdimm, nvdimm], EXT4)).toEqual({ test: 0, scratch: 1, logwrites: 2 });
  expect(roles([{ ...nvdimm, namespace: 'devdax' }, nvdimm, nvdimm])).toEqual({ test: 1, scratch: 2 });
});

test('roles that are named count alone', () => {
  expect(
    roles([{ ...nvdimm, role: 'scratch' }, { ...nvdimm, role: 'test' }, nvdimm, { ...disk, role: 'test-log' }]),
  ).toEqual({ scratch: 0, test: 1, 'test-log': 3 });
});

test.each([
  ['one device only', [nvdimm], EXT4, 'pmem p has no device for SCRATCH_DEV'],
  [
    'one that can do DAX',
    [nvdimm, disk],
    EXT4_DAX,
    'pmem p has no device for SCRATCH_DEV that can do DAX, which ext4-dax asks for',
  ],
  ['no TEST named', [{ ...nvdimm, role: 'scratch' }, nvdimm], EXT4, 'pmem p has no device for TEST_DEV'],
  [
    'a role twice',
    [
      { ...nvdimm, role: 'test' },
      { ...nvdimm, role: 'test' },
    ],
    EXT4,
    'pmem p gives the role test twice',
  ],
  [
    'a role on device-DAX',
    [
      { ...nvdimm, role: 'test' },
      { ...nvdimm, namespace: 'devdax', role: 'scratch' },
    ],
    EXT4,
    'gives the role scratch to a device-DAX node',
  ],
  [
    'a small device for XFS',
    [nvdimm, { ...nvdimm, sizeBytes: 2 ** 28 }],
    { ...EXT4_DAX, type: 'xfs' },
    'has less than 300M on SCRATCH_DEV',
  ],
] as const)('%s is refused', (_, devices, filesystem, why) => expect(() => roles(devices, filesystem)).toThrow(why));

test.each([
  [
    'the first that is free',
    [
      { ...nvdimm, role: 'test' },
      { ...nvdimm, role: 'test' },
    ],
    'scratch',
  ],
  [
    'none that another device has',
    [
      { ...nvdimm, role: 'scratch' },
      { ...nvdimm, role: 'test' },
      { ...nvdimm, role: 'test' },
      { ...disk, role: 'logwrites' },
    ],
    'test-log',
  ],
] as const)('who has the role of another is offered %s', (_, devices, free) => {
  expect(() => roles(devices, EXT4)).toThrow(
    expect.objectContaining({ code: 'xfstests-devices', remedy: `give one of the two another: role: ${free}` }),
  );
});

test('the names of the variables', () =>
  expect((['test', 'scratch-log', 'logwrites', 'test-rt'] as const).map(variableOf)).toEqual([
    'TEST_DEV',
    'SCRATCH_LOGDEV',
    'LOGWRITES_DEV',
    'TEST_RTDEV',
  ]));
