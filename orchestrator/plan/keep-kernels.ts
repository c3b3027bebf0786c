import type { Plan } from '../model/cell.ts';

/** What of a plan is about some kernels alone, with what rules leave out of them. */
export function keepKernels({ cells, excluded }: Plan, kernels: readonly string[]): Plan {
  // An excluded cell is known by its id alone, which begins with the kernel and, but for the first image, its image.
  return {
    cells: cells.filter(({ kernel }) => kernels.includes(kernel.name)),
    excluded: excluded.filter(({ id }) => kernels.includes(id.split(/[/@]/, 1)[0] ?? '')),
  };
}
