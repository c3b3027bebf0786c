import type { PendingTest } from '../../model/executor.ts';
import type { SessionEnvironment } from './cell-environment.ts';
import { CellSession, type SessionPart } from './session.ts';

/**
 * Runs the tests of the round that is due in the slot's guest, until all are done or the guest can no longer be used.
 * The slot is then empty, as it is before a further round. Other guests may take from the queue meanwhile: where they
 * were faster, it does nothing.
 */
export async function runSession(part: SessionPart, env: SessionEnvironment): Promise<void> {
  const { queue } = part;
  const round = queue.round ?? 0;
  // Taken before anything can go wrong, so that there is a test to charge with it.
  const first = queue.take(round);
  if (!first) return;
  const session = new CellSession(part, env);
  let state = await session.open(first);
  let pending: PendingTest | undefined = first;
  while (state.is === 'opened' && pending) {
    state = await session.run(state.suite, pending);
    pending = state.is === 'opened' ? queue.take(round) : undefined;
  }
  await session.end(state);
}
