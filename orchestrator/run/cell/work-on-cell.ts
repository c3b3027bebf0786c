import type { Cell } from '../../model/cell.ts';
import type { Suite } from '../../model/suite.ts';
import { Interrupted } from '../../model/interrupted.ts';
import type { CellQueue } from '../queue/cell-queue.ts';
import type { GuestBudget } from '../queue/guest-budget.ts';
import type { GuestSlot } from '../guest/guest-slot.ts';
import type { WorkEnvironment } from './cell-environment.ts';
import { readyGuest } from './ready-guest.ts';
import { runSession } from './run-session.ts';

/**
 * Boots that a cell has over, beside its retries, for the host's faults (a damaged cache, a QEMU that dies): under TCG
 * one in some hundred was seen to end by SIGSEGV as its guest booted.
 */
const HOST_RETRIES = 2;

/** A cell that one guest or several side by side work on. */
export interface CellWork {
  readonly cell: Cell;
  readonly suite: Suite;
  readonly queue: CellQueue;
  readonly budget: GuestBudget;
}

/**
 * Works on a cell in one slot's guests, one after the other, until nothing is left to take, no guest comes up or all
 * are used up. Whoever runs a test sees to its retry, so that no worker waits for the others' results.
 */
export async function workOnCell(
  { cell, suite, queue, budget }: CellWork,
  slot: GuestSlot,
  env: WorkEnvironment,
): Promise<void> {
  let bootFailures = 0;
  let hostFailures = 0;
  while (queue.round !== undefined && bootFailures <= env.retries) {
    const reserved = await slot.reserve(cell, AbortSignal.any([env.signal, queue.drained]));
    if (env.signal.aborted) throw new Interrupted();
    if (!reserved) continue;
    const ordinal = budget.take();
    if (ordinal === undefined) return;
    const retried = bootFailures < env.retries && budget.left;
    const booted = await readyGuest(cell, slot, env, {
      ordinal,
      retried,
      retriedForHost: retried || (hostFailures < HOST_RETRIES && budget.left),
    });
    if (typeof booted !== 'string') await runSession({ cell, suite, booted, ordinal, slot, queue }, env);
    else if (booted === 'host' && hostFailures < HOST_RETRIES) hostFailures += 1;
    else bootFailures += 1;
  }
}
