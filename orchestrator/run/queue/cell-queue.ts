import { type Cell, suiteTests } from '../../model/cell.ts';
import type { CellStart, PendingTest } from '../../model/executor.ts';
import { type AttemptStatus, isBenign } from '../../model/outcome.ts';

/**
 * The start of a round of a cell in which nothing was cut off.
 * @param round counts from 1; there are several where a run repeats its tests
 * @param guests that the cell has used in the rounds before
 */
export function startCell(cell: Pick<Cell, 'tests'>, round = 1, guests = 0): CellStart {
  return { pending: suiteTests(cell).map((test) => ({ test, attempt: round, failed: 0, deaths: 0 })), guests };
}

/** A test that has taken so many guests down is not tried again: the next would most likely go the same way. */
const MAX_DEATHS = 2;

/** What becomes of a test after an attempt: another one, or why there is none though retries are left. */
interface NextAttempt {
  readonly next?: PendingTest;
  readonly givenUp?: string;
}

/** See {@link CellQueue} for when a test is tried again. */
export function planNextAttempt(
  { test, attempt, ...past }: PendingTest,
  status: AttemptStatus,
  retries: number,
): NextAttempt {
  if (isBenign(status)) return {};
  const deaths = past.deaths + (status === 'crash' || status === 'hang' ? 1 : 0);
  // A rig that sees at the second look only is blind at the first.
  if (test.expects || past.failed >= retries) return {};
  if (deaths >= MAX_DEATHS) return { givenUp: `it is not tried again, having taken down ${deaths} guests` };
  return { next: { test, attempt: attempt + 1, failed: past.failed + 1, deaths } };
}

/**
 * The tests of one cell that are still to run, in rounds: first every test once, then what did not pass a second time,
 * and so on. A guest serves one round, so that a retry meets a guest that has seen no attempt before it. Several guests
 * may take from it at once.
 */
export class CellQueue {
  readonly #rounds: PendingTest[][] = [];
  readonly #retries: number;
  readonly #guests: number;
  #drained = new AbortController();

  /**
   * @param retries further attempts at a test that did not pass
   * @param guests how many take from it at once
   */
  constructor(pending: readonly PendingTest[], retries: number, guests = 1) {
    this.#retries = retries;
    this.#guests = guests;
    for (const one of pending) this.#add(one);
  }

  /** The round that is due; `undefined` once nothing is left. */
  get round(): number | undefined {
    const round = this.#rounds.findIndex((tests) => tests.length > 0);
    return round === -1 ? undefined : round;
  }

  /**
   * Aborted once nothing is left, so that no worker waits for a guest in vain; what is added later has a signal of its
   * own.
   */
  get drained(): AbortSignal {
    return this.#drained.signal;
  }

  /** The next test of a round, which is then the caller's. */
  take(round: number): PendingTest | undefined {
    const taken = this.#rounds[round]?.shift();
    if (this.round === undefined) this.#drained.abort();
    return taken;
  }

  /** What one guest will take next of a round, in order; nothing where several take from it. */
  ahead(round: number): readonly PendingTest[] {
    return this.#guests > 1 ? [] : (this.#rounds[round] ?? []);
  }

  /** How many are left, and how many of them never ran. */
  get left(): { readonly all: number; readonly untried: number } {
    const pending = this.#rounds.flat();
    return { all: pending.length, untried: pending.filter(({ failed }) => failed === 0).length };
  }

  /** Takes all that is left. */
  drain(): readonly PendingTest[] {
    this.#drained.abort();
    return this.#rounds.splice(0).flat();
  }

  /** Queues another attempt at a test that did not pass, or says why there is none though retries are left. */
  settle(pending: PendingTest, status: AttemptStatus): string | undefined {
    const { next, givenUp } = planNextAttempt(pending, status, this.#retries);
    if (next) this.#add(next);
    return givenUp;
  }

  #add(pending: PendingTest): void {
    if (this.#drained.signal.aborted) this.#drained = new AbortController();
    while (this.#rounds.length <= pending.failed) this.#rounds.push([]);
    this.#rounds[pending.failed]?.push(pending);
  }
}
