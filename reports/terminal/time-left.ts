/** How many estimated seconds of measured work weigh as much as the plan's own guess. */
const PRIOR_SEC = 20;

export interface PaceFacts {
  /** In the plan's estimates. */
  readonly totalSec: number;
  readonly settledSec: number;
  /** Wall time since the first cell started. */
  readonly elapsedSec: number;
  /** Of each test in flight: what it was to take and what it took so far. */
  readonly running: readonly { readonly estimateSec: number; readonly elapsedSec: number }[];
}

/** The share of the work that is done, 0 to 1, with the tests in flight counted by their time so far. */
export function shareDone(facts: PaceFacts): number {
  return facts.totalSec === 0 ? 0 : Math.min(1, workDone(facts) / facts.totalSec);
}

/**
 * Wall seconds left. The estimates know the order of things but not this host: they are scaled by
 * the pace measured so far, which also holds how many guests run side by side. In the beginning,
 * when little is measured, the plan's own pace weighs in.
 */
export function estimateSecondsLeft(facts: PaceFacts): number {
  const done = workDone(facts);
  const plannedPace = 1 / Math.max(1, facts.running.length);
  const pace = (facts.elapsedSec + PRIOR_SEC * plannedPace) / (done + PRIOR_SEC);
  return Math.max(0, facts.totalSec - done) * pace;
}

function workDone({ settledSec, running }: PaceFacts): number {
  return settledSec + running.reduce((sum, { estimateSec, elapsedSec }) => sum + Math.min(estimateSec, elapsedSec), 0);
}
