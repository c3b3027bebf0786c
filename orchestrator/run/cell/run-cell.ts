import { type Cell, CLOSE_TEST } from '../../model/cell.ts';
import type { Suite } from '../../model/suite.ts';
import { Interrupted } from '../../model/interrupted.ts';
import { type CellRecord, emitTestEnd } from '../attempt/attempt-environment.ts';
import type { CellStart, PendingTest } from '../../model/executor.ts';
import { CellQueue } from '../queue/cell-queue.ts';
import { dispatch } from '../queue/dispatch.ts';
import { GuestBudget } from '../queue/guest-budget.ts';
import type { GuestSlot } from '../guest/guest-slot.ts';
import type { CellEnvironment } from './cell-environment.ts';
import { type CellWork, workOnCell } from './work-on-cell.ts';

/** A cell that is to be run, by whose rules, and from where on. */
export interface CellTask {
  readonly cell: Cell;
  readonly suite: Suite;
  readonly start: CellStart;
}

/**
 * Runs every test of one cell once, with its retries, in several guests at once where the suite allows it and the run
 * asks for it. A test that takes its guest down costs that test alone: the rest run in a fresh guest. What never ran is
 * left to the reader of the journal, who finds it `unreached`. Rejects only when the run as a whole must stop
 * (interrupted, the user's error, the journal lost).
 * @returns how many guests the cell has used so far
 */
export async function runCell(
  { cell, suite, start: { pending, guests } }: CellTask,
  slot: GuestSlot,
  env: CellEnvironment,
): Promise<number> {
  const width = suite.splittable === true ? Math.max(1, Math.min(env.split, pending.length)) : 1;
  const queue = new CellQueue(width > 1 ? longestFirst(pending) : pending, env.retries, width);
  const work: CellWork = { cell, suite, queue, budget: new GuestBudget(cell, env.retries, guests) };
  if (suite.needsFreshGuest) await slot.discard();
  // A cell that waits for its turn on the host has not started.
  if (queue.round !== undefined) await slot.reserve(cell);
  env.emit({ type: 'cell-start', cell: cell.id });

  if (queue.round === undefined) {
    // The controller before this one ended between the last test and the end of its cell. The number is none that a
    // guest of a later round gets.
    emitTestEnd(
      env,
      { cell: cell.id, test: CLOSE_TEST, attempt: work.budget.take() ?? guests + 1, durationMs: 0 },
      { status: 'skip', message: 'the controller ended before its guest was closed' },
    );
  }
  await dispatch(
    Array.from({ length: width }, (_, index) => index),
    width,
    async (index, signal) => {
      if (index === 0) return workOnCell(work, slot, { ...env, signal });
      await using further = env.openSlot(signal);
      await workOnCell(work, further, { ...env, signal });
    },
    env.signal,
  );
  if (env.signal.aborted) throw new Interrupted();

  if (suite.needsFreshGuest) await slot.discard();
  env.emit({ type: 'cell-end', cell: cell.id, ...reportLeft(work, env) });
  return work.budget.used;
}

/** The guest that gets the longest last would keep all the others waiting. */
function longestFirst(pending: readonly PendingTest[]): readonly PendingTest[] {
  return pending.toSorted((a, b) => b.test.estimateSec - a.test.estimateSec);
}

/** Why tests are left over, for the journal; what never ran and what was to be tried again is counted in a note. */
function reportLeft(
  { cell, queue, budget }: CellWork,
  { emit }: Pick<CellRecord, 'emit'>,
): { readonly reason?: string } {
  const { all, untried } = queue.left;
  if (all === 0 || !budget.exhausted) return {};
  const reason = `the cell used up its ${budget.size === 1 ? 'one guest' : `${budget.size} guests`}`;
  emit({
    type: 'note',
    text: `${cell.id}: ${reason}; ${untried} tests were not reached, ${all - untried} not tried again`,
  });
  return { reason };
}
