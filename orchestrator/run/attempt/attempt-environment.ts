import type { ArtifactStore } from '../../model/artifact-store.ts';
import type { RunEvent } from '../../model/event.ts';
import type { LockdepCoverage } from '../../model/lockdep.ts';
import type { PhaseTime } from '../../model/phase-time.ts';
import type { TestResult } from '../../model/outcome.ts';

/** Where the work on one cell is written down. */
export interface CellRecord {
  readonly emit: (event: RunEvent) => void;
  /** The cell's own files. */
  readonly artifacts: ArtifactStore;
  /** Diagnostics that are no result. */
  readonly log: (line: string) => void;
}

/** What it takes to watch and to judge an attempt in one of the cell's guests. */
export interface AttemptEnvironment extends CellRecord {
  readonly signal: AbortSignal;
  /**
   * What is wrong with the cached files that the cell's guests boot from, `undefined` if nothing is; to be asked before
   * a failure is the kernel's. `sinceMs`: when the guest in question began, by `performance.now()`. What is damaged is
   * made again. Absent: nothing is cached.
   */
  readonly mendCache?: (sinceMs: number) => Promise<string | undefined>;
}

/** Reports to the journal how an attempt ended, the tests found inside it first. */
export function emitTestEnd(
  { emit }: Pick<CellRecord, 'emit'>,
  at: {
    readonly cell: string;
    readonly test: string;
    readonly attempt: number;
    readonly durationMs: number;
    readonly lockdep?: LockdepCoverage;
    readonly retried?: true;
    readonly phases?: readonly PhaseTime[];
  },
  { subtests = [], ...result }: TestResult,
): void {
  for (const { name, ...sub } of subtests) {
    const { cell, attempt } = at;
    emit({ type: 'test-end', cell, attempt, test: `${at.test}/${name}`, parent: at.test, durationMs: 0, ...sub });
  }
  emit({ type: 'test-end', ...at, ...result });
}
