import type { Cell, PlannedTest } from './cell.ts';
import type { RunEvent } from './event.ts';
import type { KnownProblem } from './known-problem.ts';
import type { PlainError } from './plain-error.ts';

/** A test that waits for its turn. */
export interface PendingTest {
  readonly test: PlannedTest;
  /** Number of the attempt to come; counts from 1, and names its artifacts. */
  readonly attempt: number;
  /** How many attempts at it did not pass so far. */
  readonly failed: number;
  /** In how many of these the guest crashed or hung. */
  readonly deaths: number;
}

/** Where the work on a cell begins. */
export interface CellStart {
  readonly pending: readonly PendingTest[];
  /** Guests that it has used already. */
  readonly guests: number;
}

/** One cell that is to be run. */
interface CellOrder {
  readonly cell: Cell;
  readonly start: CellStart;
  /** See `SuiteContext.usualSeconds`, by the test's name. */
  readonly usualSeconds: Readonly<Record<string, number>>;
}

/** Cells that boot alike, to be run one after the other: a guest may serve several. Plain and serialisable. */
export interface GroupOrder {
  readonly cells: readonly CellOrder[];
  /** Further attempts at a test that did not pass. */
  readonly retries: number;
  /** Guests at most that work on one cell at once, where its suite allows it. */
  readonly split: number;
  /** Kernel problems that are known. */
  readonly known: readonly KnownProblem[];
}

/** How the work on an order ended. Plain and serialisable. */
export type GroupEnd =
  /** `guestsUsed`: by the cell's id, those of earlier rounds among them. */
  | { readonly how: 'finished'; readonly guestsUsed: Readonly<Record<string, number>> }
  /** It was asked to stop. */
  | { readonly how: 'interrupted' }
  /** The run as a whole must stop. */
  | { readonly how: 'failed'; readonly error: PlainError };

/** The controller as its executors see it. What crosses it is plain and serialisable. */
export interface Controller {
  /** Writes to the journal, which nobody else does. Events come in their order. */
  emit(event: RunEvent): void;
  /** A number that no other guest of the run has. */
  nextGuest(): Promise<number>;
  /** Diagnostics that are no result. */
  log(line: string): void;
}

/**
 * Runs cells in guests: on this host, or on others. It keeps their files by an `ArtifactStore` of its own, and knows
 * alone where its guests lie.
 */
export interface Executor {
  /** Runs an order to its end, or until `signal` is aborted; its guests are gone then. Several may run at once. */
  run(order: GroupOrder, controller: Controller, signal: AbortSignal): Promise<GroupEnd>;
}

/** What the cells of a run need before the first of them can begin. */
export interface Preparation extends Pick<Controller, 'emit' | 'log'> {
  readonly cells: readonly Cell[];
  /** By stage, what the run had before it was resumed. */
  readonly earlier: ReadonlyMap<string, { readonly digest?: string; readonly detail: string }>;
  /** Aborted when the run ends early. */
  readonly signal: AbortSignal;
}

/**
 * Makes ready what the cells need, and gives who runs them. Rejects with UserError for the user's errors, before
 * anything boots.
 */
export type PrepareExecutor = (preparation: Preparation) => Promise<Executor>;
