import type { Cell, PlannedTest } from '../model/cell.ts';
import { GuestDeath } from '../model/errors.ts';
import type { TestResult } from '../model/outcome.ts';
import { type Suite, type SuiteSession, SuiteSetupError } from '../model/suite.ts';
import { timeoutScale } from '../model/timeouts.ts';
import { type AttemptEnd, attemptTest, deathResult } from './attempt.ts';
import { type CellEnvironment, emitTestEnd } from './cell-environment.ts';
import type { BootedGuest, GuestSlot } from './guest-slot.ts';

export interface PendingTest {
  readonly test: PlannedTest;
  /** Counts from 1. */
  readonly attempt: number;
}

/**
 * Takes tests off `queue` and runs them in the slot's guest until the queue is empty or the guest can no
 * longer be used; the slot is then empty. Takes at least one test off, so that the caller's loop ends.
 */
export async function runSession(cell: Cell, suite: Suite, booted: BootedGuest, slot: GuestSlot, queue: PendingTest[], env: CellEnvironment): Promise<void> {
  const { guest } = booted;
  const scale = timeoutScale(booted.accelerator);
  const first = queue[0];
  if (!first) return;

  let session: SuiteSession;
  try {
    const artifactDir = await env.artifactDir(cell.id);
    session = await suite.open({ spec: cell.suite, cell, guest, artifactDir, toArtifact: env.toArtifact, timeoutScale: scale, log: env.log });
  } catch (error) {
    env.signal.throwIfAborted();
    if (error instanceof SuiteSetupError) {
      // The guest answers but can't hold this suite: a further guest of the same kind would not either.
      for (const pending of queue.splice(0)) report(pending, { status: 'fail', message: error.message, evidence: error.evidence }, 0);
      return;
    }
    if (!(error instanceof GuestDeath)) throw error;
    queue.shift();
    conclude(first, { result: deathResult(error), guestUsable: false, death: error }, 0);
    await slot.discard(error);
    return;
  }

  let end: AttemptEnd | undefined;
  for (let pending = queue.shift(); pending; pending = queue.shift()) {
    env.emit({ type: 'test-start', cell: cell.id, test: pending.test.name, attempt: pending.attempt, guest: guest.id });
    const start = performance.now();
    end = await attemptTest({ session, guest, ...pending, timeoutScale: scale, signal: env.signal });
    conclude(pending, end, performance.now() - start);
    if (!end.guestUsable) return slot.discard(end.death);
  }
  try {
    await session.close();
  } catch (error) {
    env.signal.throwIfAborted();
    // What the suite could not undo must not meet the next cell.
    env.log(`${cell.id}: clean-up after the suite failed, the guest is not used again: ${error instanceof Error ? error.message : String(error)}`);
    await slot.discard(error instanceof GuestDeath ? error : undefined);
  }

  /** Reports an attempt and, while retries are left, queues another at what did not pass. */
  function conclude(pending: PendingTest, { result }: AttemptEnd, durationMs: number): void {
    report(pending, result, durationMs);
    if (result.status !== 'pass' && result.status !== 'skip' && pending.attempt <= env.retries) {
      queue.push({ test: pending.test, attempt: pending.attempt + 1 });
    }
  }

  function report({ test, attempt }: PendingTest, result: TestResult, durationMs: number): void {
    emitTestEnd(env, { cell: cell.id, test: test.name, attempt, durationMs }, result);
  }
}
