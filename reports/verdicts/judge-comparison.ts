import { exitStatus } from '../facts/exit-status.ts';
import { isFigureAlarm } from '../figures/compare-figures.ts';
import { FAILURES, UNKNOWNS } from '../fold/outcomes.ts';
import type { RunSummary } from '../fold/summary.ts';
import type { Comparison } from './compare-runs.ts';
import { isAlarm } from './compared-test.ts';

/**
 * The exit status of a run that has a baseline:
 *
 * - 2 and 130 as without one, see {@link exitStatus}.
 * - 1: an alarm, or a figure that got worse. Also a patch of the series that broke what a later one mended, and a
 *   failure in a cell that the baseline does not have. A test that failed in the baseline, too, does not count.
 * - 3: the rig or host failed: an `infra` or unreached test, or a run that did not finish. So is a cell of the baseline
 *   that a run of the whole matrix does not have: somebody may have wanted that, or lost it.
 * - 0: nothing got worse.
 *
 * @param whole the run is one of all the matrix' cells
 */
export function judgeComparison(
  { tests, figures = [], onlyBase, onlyNow, kernels }: Comparison,
  now: RunSummary,
  { whole }: { readonly whole: boolean },
): 0 | 1 | 2 | 3 | 130 {
  const absolute = exitStatus(now);
  if (absolute === 2 || absolute === 130) return absolute;
  const alone = new Set(onlyNow);
  const uncompared = now.cells.filter(({ id }) => alone.has(id)).flatMap((cell) => cell.tests);
  if (
    tests.some(isAlarm) ||
    figures.some(isFigureAlarm) ||
    kernels?.brokenBetween ||
    uncompared.some(({ outcome }) => FAILURES.has(outcome))
  )
    return 1;
  if (whole && onlyBase.length > 0) return 3;
  return now.ending.reason !== 'finished' ||
    now.cells.some((cell) => cell.tests.some(({ outcome }) => UNKNOWNS.has(outcome)))
    ? 3
    : 0;
}
