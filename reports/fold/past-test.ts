import type { Outcome } from '../../orchestrator/model/outcome.ts';

/** A test as one run left it. */
export interface TestRecord {
  readonly outcome: Outcome;
  /** True for a `skip` that ran, and whose failure a list forgives. */
  readonly forgiven: boolean;
  /** Attempts that failed, crashed or hung. */
  readonly failed: number;
}

/** The same, in an earlier run. */
export interface PastTest extends TestRecord {
  readonly run: RunPlace;
}

/** Which run, and on what. */
export interface RunPlace {
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** `uname -r`; absent where no guest of the cell came up. */
  readonly kernelRelease?: string;
}

/** Failures among so many runs or attempts. */
export interface FailureRate {
  readonly failed: number;
  readonly of: number;
}
