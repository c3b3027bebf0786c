import { exitStatus } from './exit-status.ts';
import type { RunSummary } from '../fold/summary.ts';

/** git-bisect's word for "this commit cannot be tested". */
export const CANNOT_TELL = 125;

/**
 * The exit status that `git bisect run` wants: 0 good, 1 bad, 125 unknown (skip this commit), 130 to stop the
 * bisection. A run in which nothing but the guest's own steps passed is unknown: the suite may have been skipped for
 * want of a driver. A pass that lockdep did not watch, as after a known splat, is no evidence either: lockdep may be
 * the one to see the defect.
 */
export function bisectStatus(summary: RunSummary): 0 | 1 | 130 | typeof CANNOT_TELL {
  const status = exitStatus(summary);
  if (status === 130) return status;
  // A kernel that does not compile fails its cells, yet says nothing of the defect that is looked for.
  if (summary.stages.some((stage) => stage.status === 'failed')) return CANNOT_TELL;
  if (status === 1) return status;
  const passed = summary.cells.flatMap(({ tests }) =>
    tests.filter(({ name, outcome }) => !name.startsWith('guest/') && (outcome === 'pass' || outcome === 'flaky')),
  );
  const unwatched = passed.some(({ attempts }) => attempts.at(-1)?.lockdep?.covered === false);
  return status === 0 && passed.length > 0 && !unwatched ? 0 : CANNOT_TELL;
}
