import { type Cell, CLOSE_TEST } from '../model/cell.ts';
import { type CellEnvironment, emitTestEnd } from './cell-environment.ts';
import { CellQueue } from './cell-queue.ts';
import { guestBudget } from './guest-budget.ts';
import type { GuestSlot } from './guest-slot.ts';
import { readyGuest } from './ready-guest.ts';
import { runSession } from './run-session.ts';

/**
 * Runs every test of one cell. A test that takes its guest down costs that test alone: the rest go on in a
 * fresh guest. What never ran is left to the reader of the journal, who finds it `unreached`.
 * Rejects only when the run as a whole must stop (interrupted, the user's error, the journal lost).
 */
export async function runCell(cell: Cell, slot: GuestSlot, env: CellEnvironment): Promise<void> {
  const suite = env.suiteFor(cell);
  const { pending, guests } = env.startOf(cell);
  const queue = new CellQueue(pending, env.retries);
  if (suite.needsFreshGuest) await slot.discard();
  // A cell that waits for its turn on the host has not started.
  if (queue.round !== undefined) await slot.reserve(cell);
  env.emit({ type: 'cell-start', cell: cell.id });

  if (queue.round === undefined) {
    // The controller before this one ended between the last test and the end of its cell.
    emitTestEnd(env, { cell: cell.id, test: CLOSE_TEST, attempt: guests + 1, durationMs: 0 }, { status: 'skip', message: 'the controller ended before its guest was closed' });
  }
  const budget = guestBudget(cell, env.retries);
  let bootFailures = 0;
  for (let used = 1; queue.round !== undefined && bootFailures <= env.retries && used <= budget; used += 1) {
    const ordinal = guests + used;
    const booted = await readyGuest(cell, slot, env, { ordinal, retried: bootFailures < env.retries && used < budget });
    if (booted) await runSession({ cell, suite, booted, ordinal, slot, queue }, env);
    else bootFailures += 1;
  }

  if (suite.needsFreshGuest) await slot.discard();
  env.emit({ type: 'cell-end', cell: cell.id, ...(bootFailures <= env.retries && tellLeft(cell, queue, budget, env)) });
}

/** Why tests are left over, for the journal; what never ran and what was to be tried again is counted in a note. */
function tellLeft({ id }: Cell, queue: CellQueue, budget: number, env: CellEnvironment): { readonly reason?: string } {
  const { all, untried } = queue.left;
  if (all === 0) return {};
  const reason = `the cell used up its ${budget} guests`;
  env.emit({ type: 'note', text: `${id}: ${reason}; ${untried} tests were not reached, ${all - untried} not tried again` });
  return { reason };
}
