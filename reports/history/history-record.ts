import type { Metric, Outcome } from '../../orchestrator/model/outcome.ts';
import { FAILURES } from '../fold/outcomes.ts';
import type { CellSummary, RunSummary, TestSummary } from '../fold/summary.ts';
import { present } from '../../orchestrator/model/present.ts';

/** What history keeps of one run. */
export interface HistoryRecord {
  readonly runId: string;
  /** The matrix' name. */
  readonly matrix: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly host: string;
  readonly ending: RunSummary['ending']['reason'];
  /** Size of the journal that it was made from: one that has grown since was resumed, and is read again. */
  readonly journalBytes: number;
  readonly tests: readonly HistoryTest[];
  readonly metrics: readonly HistoryMetric[];
}

/** One test of one cell. */
export interface HistoryTest {
  readonly cell: string;
  /** Its name in the matrix; the version that it stood for then is `kernelRelease`. */
  readonly kernel: string;
  /** `uname -r`; absent where no guest of the cell came up. */
  readonly kernelRelease?: string;
  readonly test: string;
  readonly outcome: Outcome;
  readonly forgiven: boolean;
  readonly attempts: number;
  /** Attempts that failed, crashed or hung. */
  readonly failed: number;
  /** How long the attempt that counts took. */
  readonly durationMs: number;
  readonly message?: string;
}

/** One figure of one attempt that passed. */
export interface HistoryMetric extends Metric {
  readonly cell: string;
  readonly test: string;
}

/** What a run amounts to for those that come after it. */
export function recordOf(summary: RunSummary, journalBytes: number): HistoryRecord {
  const { runId, matrix, startedAt, host, ending } = summary;
  return {
    runId,
    matrix,
    startedAt,
    host,
    ending: ending.reason,
    journalBytes,
    tests: summary.cells.flatMap((cell) => cell.tests.map((test) => rowOf(cell, test))),
    metrics: summary.cells.flatMap(({ id: cell, tests }) =>
      tests.flatMap(({ name: test, attempts }) =>
        attempts
          .filter(({ status }) => status === 'pass')
          .flatMap(({ metrics }) => metrics.map((metric) => ({ ...metric, cell, test }))),
      ),
    ),
  };
}

function rowOf(cell: CellSummary, { name, outcome, message, forgiven, attempts }: TestSummary): HistoryTest {
  const kernelRelease = cell.guests.at(-1)?.kernelRelease;
  return {
    cell: cell.id,
    kernel: cell.kernel,
    test: name,
    outcome,
    forgiven: forgiven !== undefined,
    ...present({ kernelRelease }),
    attempts: attempts.length,
    failed: attempts.filter(({ status }) => FAILURES.has(status)).length,
    durationMs: attempts.at(-1)?.durationMs ?? 0,
    ...present({ message }),
  };
}
