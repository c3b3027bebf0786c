import { expect, test } from 'vitest';
import { DEVICE_KINDS, DEVICE_TRAITS, splitDeviceBytes } from './device-kinds.ts';

test('a device is taken from the memory of the guest, or lies in a file, never both', () => {
  const devices = [
    { kind: 'nvdimm', sizeBytes: 1, namespace: 'fsdax', labelSizeBytes: 0 },
    { kind: 'virtio-pmem', sizeBytes: 2 },
    { kind: 'e820', sizeBytes: 4, namespace: 'raw' },
    { kind: 'e820', sizeBytes: 8, namespace: 'fsdax' },
    { kind: 'virtio-blk', sizeBytes: 16 },
  ] as const;
  expect(splitDeviceBytes(devices)).toEqual({ memory: 12, files: 19 });
});

test('each kind has a row, and only persistent memory grants MAP_SYNC', () => {
  expect(Object.keys(DEVICE_TRAITS).toSorted()).toEqual([...DEVICE_KINDS].toSorted());
  for (const { isPmem, grantsMapSync } of Object.values(DEVICE_TRAITS)) expect(isPmem || !grantsMapSync).toBe(true);
});
