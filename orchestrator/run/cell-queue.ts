import type { PlannedTest } from '../model/cell.ts';
import type { AttemptStatus } from '../model/outcome.ts';

/** A test that waits for its turn. */
export interface PendingTest {
  readonly test: PlannedTest;
  /** Of the attempt to come; counts from 1, and names its artifacts. */
  readonly attempt: number;
  /** How many attempts at it did not pass so far. */
  readonly failed: number;
}

/**
 * The tests of one cell that are still to run, in rounds: first every test once, then what did not pass a second time,
 * and so on. A guest serves one round, so that a retry meets a guest that has seen nothing of the attempts before it.
 */
export class CellQueue {
  readonly #rounds: PendingTest[][] = [];
  readonly #retries: number;

  /** @param retries further attempts at a test that did not pass */
  constructor(pending: readonly PendingTest[], retries: number) {
    this.#retries = retries;
    for (const one of pending) this.#add(one);
  }

  /** The round that is due; `undefined` once nothing is left. */
  get round(): number | undefined {
    const round = this.#rounds.findIndex((tests) => tests.length > 0);
    return round === -1 ? undefined : round;
  }

  /** The next test of a round, which is then the caller's. */
  take(round: number): PendingTest | undefined {
    return this.#rounds[round]?.shift();
  }

  /** Takes all that is left. */
  drain(): readonly PendingTest[] {
    return this.#rounds.splice(0).flat();
  }

  /** Queues another attempt at a test that did not pass, while retries are left. */
  settle({ test, attempt, failed }: PendingTest, status: AttemptStatus): void {
    if (status === 'pass' || status === 'skip') return;
    // A rig that sees at the second look only is blind at the first.
    if (test.expects || failed >= this.#retries) return;
    this.#add({ test, attempt: attempt + 1, failed: failed + 1 });
  }

  #add(pending: PendingTest): void {
    while (this.#rounds.length <= pending.failed) this.#rounds.push([]);
    this.#rounds[pending.failed]?.push(pending);
  }
}
