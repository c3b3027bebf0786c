import { expandMatrix } from '../plan/expand.ts';
import type { KernelSpec, Matrix } from '../model/matrix.ts';
import { suiteFor } from '../suites/registry.ts';

/** Plans a matrix of `cells` cells (a multiple of 100) and returns the time in ms. */
export function benchPlan(cells: number): number {
  const matrix: Matrix = {
    name: 'bench',
    guest: { cpus: 1, memoryBytes: 2 ** 30, append: [] },
    kernels: Array.from({ length: cells / 100 }, (_, index): KernelSpec => ({
      kind: 'debian',
      name: `kernel-${index}`,
      release: 'bookworm',
      flavour: 'amd64',
    })),
    images: [{ kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] }],
    pmem: Array.from({ length: 25 }, (_, index) => ({
      name: `pmem-${index}`,
      devices: [{ kind: 'nvdimm', sizeBytes: 2 ** 27, namespace: 'fsdax', labelSizeBytes: 0 }],
    })),
    filesystems: (['ext4', 'xfs'] as const).map((type) => ({
      name: `${type}-dax`,
      type,
      mountOptions: 'dax=always',
      mkfsOptions: [],
    })),
    suites: ['quick', 'long'].map((name, index) => ({
      kind: 'fio',
      name,
      jobs: ['dax-mmap-randwrite', 'dax-psync-fsync'],
      runtimeSec: 2 + index,
      sizeBytes: 2 ** 26,
    })),
    include: [],
    exclude: [{ kernel: ['kernel-1*'], filesystem: ['xfs-*'], reason: 'to be matched 10,000 times' }],
    known: [],
  };
  const start = performance.now();
  const { cells: kept, excluded } = expandMatrix(matrix, { suiteFor });
  const ms = performance.now() - start;
  if (kept.length + excluded.length !== cells)
    throw new Error(`planned ${kept.length + excluded.length} cells, not ${cells}`);
  return ms;
}
