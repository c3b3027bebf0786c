import type { Cell } from '../../model/cell.ts';
import type { CellStart, GroupEnd, GroupOrder } from '../../model/executor.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import { fromPlainError } from '../../model/plain-error.ts';
import { Interrupted } from '../../model/interrupted.ts';
import type { UsualDurations } from '../prepare/usual-durations.ts';
import { startCell } from '../queue/cell-queue.ts';
import { type ResumedRun, startCellAgain } from '../resume/resume-run.ts';

interface OrderBookOptions {
  readonly matrix: { readonly known: readonly KnownProblem[] };
  readonly retries: number;
  readonly split: number;
  readonly repeat: number;
  readonly usual: UsualDurations;
  /** What an earlier controller has done of the run; absent: nothing. */
  readonly resumed?: ResumedRun;
}

/** What executors are to do, and how much of it they have used up: guests are counted over all rounds of a cell. */
export class OrderBook {
  readonly #options: OrderBookOptions;
  readonly #guestsUsed: Map<string, number>;

  constructor(options: OrderBookOptions) {
    this.#options = options;
    this.#guestsUsed = new Map(
      options.resumed && Array.from(options.resumed.past.cells, ([id, { guests }]) => [id, guests]),
    );
  }

  /** The order for cells that share a guest, in one of the run's rounds; these count from 1. */
  compose(cells: readonly Cell[], round: number): GroupOrder {
    const { matrix, retries, split, usual } = this.#options;
    return {
      cells: cells.map((cell) => ({
        cell,
        start: this.#startOf(cell, round),
        usualSeconds: Object.fromEntries(usual.get(cell.id) ?? []),
      })),
      retries,
      split,
      known: matrix.known,
    };
  }

  /** Takes the end of an order. @throws what stops the run */
  settle(end: GroupEnd): void {
    switch (end.how) {
      case 'finished':
        for (const [id, guests] of Object.entries(end.guestsUsed)) this.#guestsUsed.set(id, guests);
        return;
      case 'interrupted':
        throw new Interrupted();
      case 'failed':
        throw fromPlainError(end.error);
      default:
        end satisfies never;
    }
  }

  #startOf(cell: Cell, round: number): CellStart {
    const { resumed } = this.#options;
    const guests = this.#guestsUsed.get(cell.id) ?? 0;
    return resumed ? startCellAgain(cell, resumed.past, this.#options, round, guests) : startCell(cell, round, guests);
  }
}
