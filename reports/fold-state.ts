import type { PlannedCell } from '../orchestrator/model/event.ts';
import type { ExpectedProblem } from '../orchestrator/model/expected-problem.ts';
import type { Outcome } from '../orchestrator/model/outcome.ts';
import type { AttemptSummary } from './summary.ts';

/** A test as far as the events told of it. */
export interface TestState {
  readonly name: string;
  /** 0 for a test found while running. */
  readonly estimateSec: number;
  readonly parent?: string;
  readonly expects?: ExpectedProblem;
  readonly attempts: AttemptSummary[];
  outcome: Outcome;
}

/** A cell as far as the events told of it; its tests in the order of the plan, then of their finding. */
export interface CellState {
  readonly plan: PlannedCell;
  readonly tests: Map<string, TestState>;
  readonly guests: number[];
  /** Of the time since its start, what no controller was at work. */
  pausedMs: number;
  startedAt?: string;
  endedAt?: string;
  /** Of its `cell-end`. */
  endReason?: string;
  /** The attempts in flight, one for each guest that works on the cell, by test and number. */
  readonly running: Map<string, RunningAttempt>;
}

interface RunningAttempt {
  readonly test: string;
  readonly since: string;
  /** Absent for a boot. */
  readonly guest?: number;
}
