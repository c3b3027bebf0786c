import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { countKnown, OUTCOMES } from '../../fold/outcomes.ts';
import type { RunSummary } from '../../fold/summary.ts';

/** One kind of ending, as the page counts, colours and filters it. */
export interface ShownTotal {
  /** An outcome, or `known`: a failure that a list forgives, which other reports count among the skips. */
  readonly name: Outcome | 'known';
  /** Its colour. */
  readonly as: Outcome;
  readonly mark: string;
  readonly count: number;
}

/** Worst first, zeros left out. */
export function showTotals({ totals, cells }: Pick<RunSummary, 'totals' | 'cells'>): readonly ShownTotal[] {
  return splitKnown(
    totals,
    cells.reduce((sum, { tests }) => sum + countKnown(tests), 0),
  );
}

/** The same where the cells are not at hand: `known` of the skips are failures that a list knows. */
export function splitKnown(totals: Readonly<Partial<Record<Outcome, number>>>, known: number): readonly ShownTotal[] {
  const shown = OUTCOMES.flatMap((name): ShownTotal[] => [
    ...(name === 'skip' ? [{ name: 'known', as: 'flaky', mark: MARKS.flaky, count: known } as const] : []),
    { name, as: name, mark: MARKS[name], count: (totals[name] ?? 0) - (name === 'skip' ? known : 0) },
  ]);
  return shown.filter(({ count }) => count > 0);
}
