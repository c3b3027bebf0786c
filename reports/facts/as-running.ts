import { describeProgress } from './describe-progress.ts';
import { countOutcomes } from '../fold/outcomes.ts';
import type { RunSummary } from '../fold/summary.ts';

/**
 * The run as of now, while its controller works on it: without the tests that are still to come, which are no gap.
 * `isClaimed` is for whoever knows of the controller to say; the journal cannot.
 */
export function asRunning(summary: RunSummary, isClaimed = true): RunSummary {
  if (!isClaimed || summary.ending.reason !== 'cut-off') return summary;
  const cells = summary.cells
    // What a cell that has ended did not come to is a gap.
    .map((cell) =>
      cell.durationMs === undefined
        ? { ...cell, tests: cell.tests.filter(({ outcome }) => outcome !== 'unreached') }
        : cell,
    )
    .filter(({ tests }) => tests.length > 0);
  const { unreached } = countOutcomes(cells.flatMap(({ tests }) => tests.map(({ outcome }) => outcome)));
  return {
    ...summary,
    ending: { reason: 'running', message: describeProgress(summary.totals) },
    totals: { ...summary.totals, unreached },
    cells,
  };
}
