import { expect, test } from 'vitest';
import type { Cell } from '../model/cell.ts';
import { checkDiskCapacity } from './check-capacity.ts';
import { fakeCell } from './testing/fake-world.ts';

const MIB = 2 ** 20;
const cell: Cell = {
  ...fakeCell('c', []),
  pmem: {
    name: 'big',
    devices: [
      { kind: 'virtio-pmem', sizeBytes: 600 * MIB },
      { kind: 'e820', sizeBytes: 900 * MIB, namespace: 'fsdax' },
    ],
  },
};

test('a topology larger than the disk is the user’s error, and e820 does not count', () => {
  expect(() => checkDiskCapacity([cell], { path: '/runs', freeBytes: 601 * MIB })).not.toThrow();
  expect(() => checkDiskCapacity([cell], { path: '/runs', freeBytes: 599 * MIB })).toThrow(
    expect.objectContaining({ code: 'pmem-too-large', message: 'pmem "big" needs 600M of backing files, and the disk of /runs has 599M free' }),
  );
});

test('a full disk is the host’s fault', () => {
  expect(() => checkDiskCapacity([], { path: '/runs', freeBytes: MIB })).toThrow(expect.objectContaining({ code: 'disk-full' }));
});
