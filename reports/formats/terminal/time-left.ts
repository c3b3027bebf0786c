import type { RunFold } from '../../fold/fold.ts';

/** How many estimated seconds of measured work weigh as much as the plan's own guess. */
const PRIOR_SEC = 20;

export interface PaceFacts {
  /** In the plan's estimates. */
  readonly totalSec: number;
  readonly settledSec: number;
  /** Wall time since the first cell started. */
  readonly elapsedSec: number;
  /** For each test in flight: its estimate, and the time it took so far. */
  readonly running: readonly { readonly estimateSec: number; readonly elapsedSec: number }[];
}

/** How far a run has come, `nowMs` in epoch ms. */
export function paceOf(
  { cells, work, firstCellAt }: Pick<RunFold, 'cells' | 'work' | 'firstCellAt'>,
  nowMs: number,
): PaceFacts {
  const active = [...cells.values()].filter(
    ({ startedAt, endedAt }) => startedAt !== undefined && endedAt === undefined,
  );
  return {
    ...work,
    elapsedSec: firstCellAt === undefined ? 0 : (nowMs - Date.parse(firstCellAt)) / 1000,
    running: active.flatMap(({ running, tests }) =>
      [...running.values()].map(({ test, since }) => ({
        estimateSec: tests.get(test)?.estimateSec ?? 0,
        elapsedSec: (nowMs - Date.parse(since)) / 1000,
      })),
    ),
  };
}

/** The share of the work that is done, 0 to 1, with the tests in flight counted by their time so far. */
export function shareDone(facts: PaceFacts): number {
  return facts.totalSec === 0 ? 0 : Math.min(1, workDone(facts) / facts.totalSec);
}

/**
 * Wall seconds left. The estimates know the order of things but not this host. They are scaled by the pace measured so
 * far, which includes how many guests run side by side. In the beginning, when little is measured, the plan's own pace
 * weighs in.
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
