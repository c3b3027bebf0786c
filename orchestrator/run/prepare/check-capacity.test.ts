import { expect, test } from 'vitest';
import type { Cell } from '../../model/cell.ts';
import { checkDiskCapacity, checkMemoryCapacity } from './check-capacity.ts';
import { fakeCell } from '../testing/fake-world.ts';

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
    expect.objectContaining({
      code: 'pmem-too-large',
      message: 'pmem "big" needs 600M of backing files, and the disk of /runs has 599M free',
    }),
  );
});

test('a guest larger than the host is the user’s error, its e820 devices counted', () => {
  const large = { ...cell, guest: { ...cell.guest, memoryBytes: 2048 * MIB } };
  expect(() => checkMemoryCapacity([large], { memoryBytes: 2949 * MIB })).not.toThrow();
  expect(() => checkMemoryCapacity([large], { memoryBytes: 2947 * MIB })).toThrow(
    expect.objectContaining({
      code: 'memory-too-large',
      message: 'the guest of c needs 2948M of memory, and this host has 2947M',
    }),
  );
});

test('a full disk is the host’s fault', () => {
  expect(() => checkDiskCapacity([], { path: '/runs', freeBytes: MIB })).toThrow(
    expect.objectContaining({ code: 'disk-full' }),
  );
});
