import type { Cell } from '../../model/cell.ts';
import type { Suite } from '../../model/suite.ts';
import { Interrupted } from '../../model/interrupted.ts';
import type { CellQueue } from '../queue/cell-queue.ts';
import type { GuestBudget } from '../queue/guest-budget.ts';
import type { GuestSlot } from '../guest/guest-slot.ts';
import type { WorkEnvironment } from './cell-environment.ts';
import { BootRetries } from './boot-retries.ts';
import { readyGuest } from './ready-guest.ts';
import { runSession } from './run-session.ts';

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
  const boots = new BootRetries(env.retries, budget);
  while (queue.round !== undefined && boots.left) {
    const reserved = await slot.reserve(cell, AbortSignal.any([env.signal, queue.drained]));
    if (env.signal.aborted) throw new Interrupted();
    if (!reserved) continue;
    const ordinal = budget.take();
    if (ordinal === undefined) return;
    const booted = await readyGuest(cell, slot, env, { ordinal, boots });
    if (typeof booted === 'string') boots.count(booted);
    else await runSession({ cell, suite, booted, ordinal, slot, queue }, env);
  }
}
