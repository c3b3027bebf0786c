import type { RunSummary } from '../../fold/summary.ts';

/** Where in the page something stands. */
export interface Anchors {
  /** `#cell-3`; undefined for a cell that the run does not have. */
  readonly cell: (id: string) => string | undefined;
  /** `#cell-3-17`, else as for its cell. */
  readonly test: (cell: string, test: string) => string | undefined;
}

/** The id of a cell's or test's element, by their places in the summary. */
export function anchorId(cell: number, test?: number): string {
  return test === undefined ? `cell-${cell}` : `cell-${cell}-${test}`;
}

/** Looks places up by name. Tests are looked through only in cells that are asked for. */
export function findAnchors({ cells }: Pick<RunSummary, 'cells'>): Anchors {
  const places = new Map(cells.map(({ id }, index) => [id, index]));
  const byCell = new Map<number, Map<string, number>>();
  const testsOf = (cell: number): Map<string, number> => {
    const known = byCell.get(cell) ?? new Map(cells[cell]?.tests.map(({ name }, index) => [name, index]));
    byCell.set(cell, known);
    return known;
  };
  const find = (id: string, test?: string): string | undefined => {
    const cell = places.get(id);
    return cell === undefined
      ? undefined
      : `#${anchorId(cell, test === undefined ? undefined : testsOf(cell).get(test))}`;
  };
  return { cell: (id) => find(id), test: find };
}
