import { expect, test } from 'vitest';
import type { Cell } from '../model/cell.ts';
import { orderRound } from './order-round.ts';

/** A group's cell, on a topology, with the kernel's name to know it by. */
function group(
  kernel: string,
  pmem: string,
): readonly (Pick<Cell, 'image' | 'pmem' | 'guest'> & { readonly kernel: string })[] {
  return [
    {
      kernel,
      pmem: { name: pmem, devices: [] },
      image: { kind: 'debian', name: 'i', release: 'bookworm', packages: [] },
      guest: { cpus: 1, memoryBytes: 1, append: [] },
    },
  ];
}

test('kernels take turns on each topology, and every other round goes backwards', () => {
  const groups = ['base', 'patched'].flatMap((kernel) => ['nvdimm', 'virtio-pmem'].map((pmem) => group(kernel, pmem)));
  const namesIn = (round: number): string[] =>
    orderRound(groups, round).map(([cell]) => `${cell?.kernel} ${cell?.pmem.name}`);
  expect(namesIn(1)).toEqual(['base nvdimm', 'patched nvdimm', 'base virtio-pmem', 'patched virtio-pmem']);
  expect(namesIn(2)).toEqual(namesIn(1).toReversed());
  expect(namesIn(3)).toEqual(namesIn(1));
});
