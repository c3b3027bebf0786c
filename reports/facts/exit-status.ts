import { FAILURES, OUTCOMES, UNKNOWNS } from '../fold/outcomes.ts';
import type { RunSummary } from '../fold/summary.ts';

/**
 * The exit status of a run:
 *
 * - 2: it stopped for the user's own input.
 * - 130: interrupted; the rest is unknown, even after a failure.
 * - 1: a test failed, crashed or hung. Wins over 3: a failure found is news even if the host faltered later.
 * - 3: the rig or host failed: an `infra` or unreached test, or a run that did not finish.
 * - 0: all as expected. A skip has its reason. A flaky test has passed: it is shown everywhere, but
 *   a nightly job that asked for retries asked not to be woken by it. One that asked to repeat each test asked to be.
 */
export function exitStatus({
  ending,
  totals,
  repeat,
}: Pick<RunSummary, 'ending' | 'totals' | 'repeat'>): 0 | 1 | 2 | 3 | 130 {
  if (ending.reason === 'interrupted') return 130;
  if (ending.reason === 'user') return 2;
  if (OUTCOMES.some((outcome) => FAILURES.has(outcome) && totals[outcome] > 0) || (repeat > 1 && totals.flaky > 0))
    return 1;
  if (ending.reason !== 'finished' || OUTCOMES.some((outcome) => UNKNOWNS.has(outcome) && totals[outcome] > 0))
    return 3;
  return 0;
}
