import type { GuestDeathKind } from '../orchestrator/model/errors.ts';
import type { AttemptStatus, Metric, Outcome } from '../orchestrator/model/outcome.ts';

/** What all reports are made of: a run as its journal tells it, see {@link RunFold}. */
export interface RunSummary {
  readonly runId: string;
  /** The matrix as the user named it. */
  readonly matrix: string;
  /** Of the pmemrig that ran. */
  readonly version: string;
  readonly host: string;
  /** See the event `run-start`. */
  readonly rerun: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** From `run-start` to the last event. */
  readonly durationMs: number;
  readonly ending: RunEnding;
  /** In plan order. */
  readonly cells: readonly CellSummary[];
  /** Cells that a rule of the matrix left out; each counts as one `excluded`. */
  readonly excluded: readonly { readonly id: string; readonly reason: string }[];
  readonly totals: Totals;
  readonly guests: readonly GuestSummary[];
  readonly stages: readonly StageSummary[];
  readonly notes: readonly string[];
}

export type Totals = Readonly<Record<Outcome, number>>;

/** `cut-off`: the journal has no end; its controller was killed, or still runs. */
export interface RunEnding {
  readonly reason: 'finished' | 'interrupted' | 'infra' | 'user' | 'cut-off';
  readonly message?: string;
}

export interface CellSummary {
  readonly id: string;
  readonly kernel: string;
  readonly image: string;
  readonly pmem: string;
  readonly filesystem: string;
  readonly suite: string;
  readonly startedAt?: string;
  /** From `cell-start` to `cell-end`; absent for a cell that did not end. */
  readonly durationMs?: number;
  /** Planned ones first, in their order, then those found while running. */
  readonly tests: readonly TestSummary[];
  /** The guests that it used, in order. */
  readonly guests: readonly GuestSummary[];
}

export interface TestSummary {
  /** `suite/name`, unique in the cell. */
  readonly name: string;
  readonly outcome: Outcome;
  readonly attempts: readonly AttemptSummary[];
  /** Why it is not a plain pass; for `unreached`: what kept the run from it. */
  readonly message?: string;
  /** The test in which it was found. */
  readonly parent?: string;
}

export interface AttemptSummary {
  readonly attempt: number;
  readonly status: AttemptStatus;
  readonly durationMs: number;
  readonly message?: string;
  /** Bounded, see `bounded-evidence.ts`. */
  readonly evidence?: string;
  readonly metrics: readonly Metric[];
  /** Relative to the run folder. */
  readonly artifacts: readonly string[];
}

export interface GuestSummary {
  readonly guest: number;
  readonly cell: string;
  readonly accelerator: string;
  readonly kernelRelease: string;
  readonly bootMs: number;
  /** Relative to the run folder. */
  readonly console: string;
  readonly end?: { readonly how: 'disposed' | GuestDeathKind; readonly detail?: string };
}

/** A kernel or image being made ready. */
export interface StageSummary {
  readonly stage: string;
  readonly detail: string;
  readonly status: 'start' | 'done' | 'failed';
  readonly durationMs?: number;
}
