import { CLOSE_TEST } from '../../orchestrator/model/cell.ts';
import type { Outcome } from '../../orchestrator/model/outcome.ts';
import { UNKNOWNS } from '../fold/outcomes.ts';
import type { ComparedTest } from './compared-test.ts';

/** How a test ends that may not have come to all of its subtests. */
const CUT_SHORT: ReadonlySet<Outcome> = new Set<Outcome>(['crash', 'hang', ...UNKNOWNS]);

/**
 * Do not report a consequence as a second failure. What follows from a failure of the rig or the host gets no verdict:
 *
 * - A subtest is not missing if its test was cut short (its outcome is unknown) or did not run (it is skipped with it).
 * - A guest that was lost, or given up, is not closed. The loss has a verdict of its own, if it needs one.
 *
 * @param parent the test that it is a subtest of, in the run that is judged
 */
export function muteConsequence(
  test: ComparedTest,
  parent: { readonly name: string; readonly outcome: Outcome } | undefined,
): ComparedTest {
  if (test.verdict === 'missing' && parent) {
    const message = `${parent.name}: ${parent.outcome}`;
    if (CUT_SHORT.has(parent.outcome)) return { ...test, verdict: 'unknown', message };
    if (parent.outcome === 'skip' || parent.outcome === 'excluded')
      return { ...test, verdict: 'still-skipped', message };
  }
  return test.verdict === 'newly-skipped' && test.test === CLOSE_TEST ? { ...test, verdict: 'unknown' } : test;
}
