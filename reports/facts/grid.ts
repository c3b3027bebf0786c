import type { CellSummary, RunSummary } from '../fold/summary.ts';

/** The matrix as a reader sees it: kernels side by side, one row for each of the rest. */
export interface Grid {
  readonly kernels: readonly string[];
  readonly rows: readonly {
    readonly label: string;
    /** One a kernel, in their order. */ readonly cells: readonly (CellSummary | undefined)[];
  }[];
}

export function buildGrid({ cells }: RunSummary): Grid {
  const kernels = [...new Set(cells.map(({ kernel }) => kernel))];
  const manyImages = new Set(cells.map(({ image }) => image)).size > 1;
  const rows = new Map<string, Map<string, CellSummary>>();
  for (const cell of cells) {
    const label = [...(manyImages ? [cell.image] : []), cell.pmem, cell.filesystem, cell.suite].join(' / ');
    const row = rows.get(label) ?? new Map<string, CellSummary>();
    rows.set(label, row.set(cell.kernel, cell));
  }
  return {
    kernels,
    rows: Array.from(rows, ([label, row]) => ({ label, cells: kernels.map((kernel) => row.get(kernel)) })),
  };
}
