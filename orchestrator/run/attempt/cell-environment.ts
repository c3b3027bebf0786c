import type { CanaryModule } from '../../model/canary.ts';
import type { Cell } from '../../model/cell.ts';
import type { RunEvent } from '../../model/event.ts';
import type { LockdepCoverage } from '../../model/lockdep.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { Suite } from '../../model/suite.ts';
import type { CellStart } from '../queue/cell-queue.ts';
import type { GuestSlot } from '../guest/guest-slot.ts';
import type { GuestKeeper } from './keep-guest.ts';

/** What running a cell needs from the run around it. */
export interface CellEnvironment {
  readonly suiteFor: (cell: Cell) => Suite;
  readonly startOf: (cell: Cell) => CellStart;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** Further attempts at a test that did not pass. */
  readonly retries: number;
  /** Guests at most that work on one cell at once, where its suite allows it. */
  readonly split: number;
  /** A slot for a further guest that works on a cell. */
  readonly openSlot: (signal: AbortSignal) => GuestSlot;
  /** Makes the folder for a cell's own files. */
  readonly artifactDir: (cellId: string) => Promise<string>;
  readonly toArtifact: (path: string) => string;
  /** See `SuiteContext.usualSeconds`. */
  readonly usualSeconds: (cellId: string, test: string) => number | undefined;
  /** See `SuiteContext.buildCanary`. */
  readonly buildCanary: (cell: Cell) => Promise<CanaryModule>;
  /**
   * What is wrong with the cached files that the cell's guests boot from, `undefined` if nothing is; to be asked before
   * a failure is the kernel's. `sinceMs`: when the guest in question began, by `performance.now()`. What is damaged is
   * made again. Absent: nothing is cached.
   */
  readonly mendCache?: (cell: string, sinceMs: number) => Promise<string | undefined>;
  /** Takes the guest of the first failure, if one is to be kept. */
  readonly keeper?: GuestKeeper;
  readonly log: (line: string) => void;
}

/** Tells the journal how an attempt ended, the tests found inside it first. */
export function emitTestEnd(
  env: Pick<CellEnvironment, 'emit'>,
  at: {
    readonly cell: string;
    readonly test: string;
    readonly attempt: number;
    readonly durationMs: number;
    readonly lockdep?: LockdepCoverage;
    readonly retried?: true;
  },
  { subtests = [], ...result }: TestResult,
): void {
  for (const { name, ...sub } of subtests) {
    const { cell, attempt } = at;
    env.emit({ type: 'test-end', cell, attempt, test: `${at.test}/${name}`, parent: at.test, durationMs: 0, ...sub });
  }
  env.emit({ type: 'test-end', ...at, ...result });
}
