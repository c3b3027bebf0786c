import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const KEYS = [
  'size',
  'mount',
  'mkfs',
  'name',
  'tests',
  'groups',
  'kernels',
  'filesystems',
  'xfs',
  'fio',
  'dax',
  'generic/413',
  'generic/470',
  'debian-6.12',
  'virtio-pmem',
];

test.each([
  ['szie', 'size'],
  ['Kernel', 'kernels'],
  ['filesytem', 'filesystems'],
  ['generic/431', 'generic/413'],
  ['virtiopmem', 'virtio-pmem'],
  ['debian-6.1', 'debian-6.12'],
  ['xsf', 'xfs'],
])('%s is a slip of %s', (wrong, meant) => expect(nearest(wrong, KEYS)).toBe(meant));

test.each(['mode', 'ext4', 'io', 'bar', 'lockdep', 'generic/999', 'trees', 'x', ''])('%s is none of any', (wrong) =>
  expect(nearest(wrong, KEYS)).toBeUndefined(),
);
