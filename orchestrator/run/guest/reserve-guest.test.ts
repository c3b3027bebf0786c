import { expect, test } from 'vitest';
import type { QemuBinary } from '../../../guests/qemu/find-qemu.ts';
import type { Cell } from '../../model/cell.ts';
import type { Prepared } from '../prepare/prepare.ts';
import type { RunFolder } from '../record/run-folder.ts';
import { fakeCell } from '../testing/fake-world.ts';
import { reserveFromPrepared } from './reserve-guest.ts';

const MIB = 2 ** 20;
/**
 * 1024 MiB of its own, 300 MiB of e820 within its RAM, and 256 MiB for QEMU. A virtio-pmem device is a file and counts
 * for nothing.
 */
const NEEDED_BYTES = 1580 * MIB;

const cell: Cell = {
  ...fakeCell('c', []),
  guest: { cpus: 2, memoryBytes: 1024 * MIB, append: [] },
  pmem: {
    name: 'mixed',
    devices: [
      { kind: 'e820', sizeBytes: 100 * MIB, namespace: 'fsdax' },
      { kind: 'virtio-pmem', sizeBytes: 5000 * MIB },
      { kind: 'e820', sizeBytes: 200 * MIB, namespace: 'sector' },
    ],
  },
};

function reserveWith(memoryBytes: number, options: { readonly cores?: number; readonly jobs?: number } = {}) {
  const { cores = 4, ...rest } = options;
  return reserveFromPrepared({
    // None of them is used before a guest boots.
    folder: {} as RunFolder,
    qemu: {} as QemuBinary,
    prepared: async () => ({}) as Prepared,
    accelerator: { accelerator: 'tcg' },
    capacity: { memoryBytes, cores },
    log: () => undefined,
    ...rest,
  });
}

/** How many guests have room at once, of three that ask for it. */
async function countAtOnce(reserve: ReturnType<typeof reserveWith>): Promise<number> {
  const stop = new AbortController();
  let admitted = 0;
  const waits = [1, 2, 3].map(async () => {
    const { release } = await reserve(cell, stop.signal);
    admitted += 1;
    return release;
  });
  await new Promise(setImmediate);
  stop.abort();
  for (const wait of await Promise.allSettled(waits)) if (wait.status === 'fulfilled') wait.value();
  return admitted;
}

test('a guest takes its own memory, that of its e820 devices, and what QEMU needs beside', async () => {
  const { signal } = new AbortController();
  await expect(reserveWith(NEEDED_BYTES)(cell, signal)).resolves.toBeDefined();
  await expect(reserveWith(NEEDED_BYTES - 1)(cell, signal)).rejects.toMatchObject({ code: 'no-memory' });
});

test('guests share the host’s memory', async () => {
  expect(await countAtOnce(reserveWith(2 * NEEDED_BYTES))).toBe(2);
  expect(await countAtOnce(reserveWith(2 * NEEDED_BYTES - 1))).toBe(1);
});

test('guests share its cores, unless the user says how many may run at once', async () => {
  const plenty = 10 * NEEDED_BYTES;
  expect(await countAtOnce(reserveWith(plenty, { cores: 5 }))).toBe(2);
  expect(await countAtOnce(reserveWith(plenty, { cores: 5, jobs: 3 }))).toBe(3);
  expect(await countAtOnce(reserveWith(plenty, { cores: 5, jobs: 1 }))).toBe(1);
});
