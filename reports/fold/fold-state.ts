import type { PlannedCell } from '../../orchestrator/model/event.ts';
import type { ExpectedProblem } from '../../orchestrator/model/expected-problem.ts';
import type { Outcome } from '../../orchestrator/model/outcome.ts';
import type { AttemptSummary } from './summary.ts';

/** A test as far as the events show it. */
export interface TestState {
  readonly name: string;
  /** 0 for a test found while running. */
  readonly estimateSec: number;
  readonly parent?: string;
  readonly expects?: ExpectedProblem;
  attempts: readonly AttemptSummary[];
  /** How many of its rounds are behind it, whether it ran in them or not. */
  settledRounds: number;
  /** See `TestSummary.problems`. */
  problems?: readonly string[];
  outcome: Outcome;
  /** It did run and failed, as a list knows. */
  isKnown?: boolean;
}

/** A cell as far as the events show it; its tests in the order of the plan, then of their finding. */
export interface CellState {
  readonly plan: Omit<PlannedCell, 'tests'>;
  readonly tests: Map<string, TestState>;
  /** So many of the tests are the plan's, the first ones. */
  planned: number;
  readonly guests: number[];
  startedAt?: string;
  /** When its last round ended; absent while a round goes on. */
  endedAt?: string;
  /** Rounds that ended; a run that repeats its tests has several. */
  roundsEnded: number;
  /** The time that these took. */
  busyMs: number;
  /** When the round that goes on began, in milliseconds of the run's own time. */
  roundStartedMs?: number;
  /** The reason that its `cell-end` gave. */
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
