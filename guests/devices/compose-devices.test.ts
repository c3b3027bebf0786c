import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import type { MachineType } from '../arch/machine-type.ts';
import { MACHINE_TYPES } from '../arch/x86-64/machine-types.ts';
import { composeDevices, exampleDevices } from './compose-devices.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const backing = (index: number) => `/run/with,comma/pmem${index}.img`;

function compose(devices: readonly PmemDevice[], memoryBytes = 2 * GIB, machineType: MachineType = MACHINE_TYPES.pc) {
  return composeDevices(devices, { machineType, memoryBytes, backing });
}

/** The JSON that follows an option each time it occurs. */
function valuesOf(argv: readonly string[], option: string): Record<string, unknown>[] {
  return argv.flatMap((word, index) =>
    word === option ? [JSON.parse(argv[index + 1] ?? 'null') as Record<string, unknown>] : [],
  );
}

test('no device asks nothing of QEMU but RAM', () => {
  expect(compose([])).toEqual({
    argv: [],
    parted: { saved: [], unsaved: [] },
    kernelArgs: [],
    machineFlags: [],
    ramBytes: 2 * GIB,
    memorySlots: 0,
    maxmemBytes: 2 * GIB,
    backingFiles: [],
    deviceFiles: [],
    placements: [],
  });
});

test('a machine into which devices are plugged has slots and addresses for them, and takes NVDIMMs', () => {
  const spare = (machineType: MachineType) =>
    composeDevices([], { machineType, memoryBytes: 2 * GIB, hotPlug: true, backing });
  const pc = spare(MACHINE_TYPES.pc);
  expect(pc).toMatchObject({ machineFlags: ['nvdimm=on'], memorySlots: 8, argv: [], ramBytes: 2 * GIB });
  expect(pc.maxmemBytes).toBeGreaterThanOrEqual(2 * GIB + 8 * 2 * GIB);
  expect(spare(MACHINE_TYPES.microvm)).toMatchObject({ machineFlags: [], memorySlots: 0, maxmemBytes: 2 * GIB });
});

test("an NVDIMM's file is larger by exactly its labels, so that the usable size is what was asked", () => {
  const { argv, backingFiles, machineFlags } = compose([
    { kind: 'nvdimm', sizeBytes: GIB, namespace: 'fsdax', labelSizeBytes: 128 * 1024 },
  ]);
  expect(backingFiles).toEqual([{ path: '/run/with,comma/pmem0.img', sizeBytes: GIB + 128 * 1024 }]);
  expect(valuesOf(argv, '-object')).toEqual([
    {
      'qom-type': 'memory-backend-file',
      id: 'pmem0-mem',
      'mem-path': '/run/with,comma/pmem0.img',
      size: GIB + 128 * 1024,
      share: true,
    },
  ]);
  expect(valuesOf(argv, '-device')).toEqual([
    { driver: 'nvdimm', id: 'pmem0', memdev: 'pmem0-mem', unarmed: false, 'label-size': 128 * 1024 },
  ]);
  expect(machineFlags).toEqual(['nvdimm=on']);
});

test('an NVDIMM without labels has no label-size at all', () => {
  const { argv, backingFiles } = compose([{ kind: 'nvdimm', sizeBytes: GIB, namespace: 'raw', labelSizeBytes: 0 }]);
  expect(backingFiles[0]?.sizeBytes).toBe(GIB);
  expect(valuesOf(argv, '-device')[0]).not.toHaveProperty('label-size');
});

test('a fork gets virtio-pmem beside what its template has, since QEMU saves nothing of it', () => {
  const { argv, parted, placements } = compose([
    { kind: 'virtio-pmem', sizeBytes: 512 * MIB },
    { kind: 'virtio-blk', sizeBytes: 512 * MIB },
    { kind: 'nvdimm', sizeBytes: 512 * MIB, namespace: 'raw', labelSizeBytes: 0 },
  ]);
  expect(valuesOf(parted.unsaved, '-device')).toMatchObject([{ driver: 'virtio-pmem-pci', id: 'pmem0' }]);
  expect(valuesOf(parted.saved, '-device')).toMatchObject([{ id: 'pmem1' }, { id: 'pmem2' }]);
  expect([...parted.saved, ...parted.unsaved].toSorted()).toEqual(argv.toSorted());
  expect(placements).toHaveLength(3);
});

test('virtio-pmem needs maxmem but no machine flag', () => {
  const { argv, machineFlags, maxmemBytes, memorySlots, ramBytes } = compose([
    { kind: 'virtio-pmem', sizeBytes: 512 * MIB },
  ]);
  expect(machineFlags).toEqual([]);
  expect(memorySlots).toBe(1);
  expect(maxmemBytes).toBeGreaterThanOrEqual(ramBytes + 512 * MIB);
  expect(valuesOf(argv, '-device')).toEqual([{ driver: 'virtio-pmem-pci', id: 'pmem0', memdev: 'pmem0-mem' }]);
});

test('e820 ranges lie side by side from 4 GiB on, beyond the RAM that the guest keeps', () => {
  const devices = [
    { kind: 'e820', sizeBytes: GIB, namespace: 'fsdax' },
    { kind: 'e820', sizeBytes: 256 * MIB, namespace: 'sector' },
  ] as const;
  const small = compose(devices, 2 * GIB);
  expect(small.kernelArgs).toEqual([`memmap=${GIB}!${4 * GIB}`, `memmap=${256 * MIB}!${5 * GIB}`]);
  expect(small.machineFlags).toEqual([`max-ram-below-4g=${2 * GIB}`]);
  expect(small.ramBytes).toBe(2 * GIB + GIB + 256 * MIB);
  expect(small.backingFiles).toEqual([]);

  // 3 GiB stay below the hole, 5 GiB go above it, and the ranges follow those.
  expect(compose(devices, 8 * GIB).kernelArgs[0]).toBe(`memmap=${GIB}!${9 * GIB}`);
  // 1 GiB below, half a GiB above.
  expect(compose(devices, 1.5 * GIB).kernelArgs[0]).toBe(`memmap=${GIB}!${4.5 * GIB}`);
});

test('a virtio disk is found by its serial number', () => {
  const { argv, memorySlots, placements } = compose([{ kind: 'virtio-blk', sizeBytes: GIB }]);
  expect(placements).toEqual([{ by: 'serial', serial: 'pmemrig-pmem0' }]);
  expect(memorySlots).toBe(0);
  expect(valuesOf(argv, '-blockdev')).toEqual([
    { driver: 'file', filename: '/run/with,comma/pmem0.img', 'node-name': 'pmem0-file', 'read-only': false },
    { driver: 'raw', file: 'pmem0-file', 'node-name': 'pmem0-raw', 'read-only': false },
  ]);
});

const size = fc.integer({ min: 8, max: 4096 }).map((steps) => steps * 2 * MIB);
const device: fc.Arbitrary<PmemDevice> = fc.oneof(
  fc.record({
    kind: fc.constant('nvdimm' as const),
    sizeBytes: size,
    namespace: fc.constant('raw' as const),
    labelSizeBytes: fc.constantFrom(0, 128 * 1024, 2 * MIB),
  }),
  fc.record({ kind: fc.constant('virtio-pmem' as const), sizeBytes: size }),
  fc.record({ kind: fc.constant('e820' as const), sizeBytes: size, namespace: fc.constant('fsdax' as const) }),
  fc.record({ kind: fc.constant('virtio-blk' as const), sizeBytes: size }),
);

test('any mix has one placement each, distinct ids, and room for all in maxmem', () => {
  fc.assert(
    fc.property(fc.array(device, { maxLength: 8 }), fc.integer({ min: 128, max: 20_000 }), (devices, steps) => {
      const composed = compose(devices, steps * 2 * MIB);
      const ids = composed.placements.map((placement) => JSON.stringify(placement));
      const memory = devices.filter(({ kind }) => kind === 'nvdimm' || kind === 'virtio-pmem');
      const needed = memory.reduce((total, { sizeBytes }) => total + sizeBytes, composed.ramBytes);
      return (
        composed.placements.length === devices.length &&
        new Set(ids).size === devices.length &&
        composed.maxmemBytes >= needed &&
        composed.memorySlots === memory.length
      );
    }),
  );
});

test('another PC splits its RAM at its own place', () => {
  const e820 = { kind: 'e820', sizeBytes: GIB, namespace: 'fsdax' } as const;
  const { kernelArgs, machineFlags } = compose([e820], 8 * GIB, MACHINE_TYPES.q35);
  expect(machineFlags).toEqual([`max-ram-below-4g=${2 * GIB}`]);
  expect(kernelArgs).toEqual([`memmap=${GIB}!${10 * GIB}`]);
});

test('there is an example of each kind', () => {
  expect(exampleDevices().map(({ kind }) => kind)).toEqual(['nvdimm', 'virtio-pmem', 'e820', 'virtio-blk']);
});
