import type { Comparison } from './compare-runs.ts';
import type { ComparedTest } from './compared-test.ts';

/** Looks up what became of a test since the baseline; undefined for one that was not compared. */
export type FindCompared = (cell: string, test: string) => ComparedTest | undefined;

/** Indexes a comparison by cell and test, once for a whole report. Without one nothing was compared. */
export function indexCompared(comparison: Pick<Comparison, 'tests'> | undefined): FindCompared {
  const byCell = new Map<string, Map<string, ComparedTest>>();
  for (const compared of comparison?.tests ?? []) {
    const known = byCell.get(compared.cell) ?? new Map<string, ComparedTest>();
    byCell.set(compared.cell, known.set(compared.test, compared));
  }
  return (cell, test) => byCell.get(cell)?.get(test);
}
