import { type Cell, CLOSE_TEST, type PlannedTest } from '../model/cell.ts';
import type { TestResult } from '../model/outcome.ts';
import { type Suite, type SuiteSession, SuiteSetupError } from '../model/suite.ts';
import { timeoutScale } from '../model/timeouts.ts';
import { type AttemptEnd, attemptTest, endOf } from './attempt.ts';
import { type CellEnvironment, emitTestEnd } from './cell-environment.ts';
import { closeSession } from './close-session.ts';
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

  const opened = await openSession();
  if (!opened) return;
  for (let pending = queue.shift(); pending; pending = queue.shift()) {
    env.emit({ type: 'test-start', cell: cell.id, test: pending.test.name, attempt: pending.attempt, guest: guest.id });
    const start = performance.now();
    const end = await attemptTest({ session: opened, guest, ...pending, timeoutScale: scale, signal: env.signal });
    conclude(pending, end.result, performance.now() - start);
    if (!end.guestUsable) {
      if (queue.length === 0) skipClose('the guest was lost, or given up, in the last test');
      return slot.discard(end.death);
    }
  }
  await close(opened);

  async function openSession(): Promise<SuiteSession | undefined> {
    try {
      const artifactDir = await env.artifactDir(cell.id);
      return await suite.open({ spec: cell.suite, cell, guest, artifactDir, toArtifact: env.toArtifact, timeoutScale: scale, log: env.log });
    } catch (error) {
      env.signal.throwIfAborted();
      if (error instanceof SuiteSetupError) {
        // The guest answers but can't hold this suite: a further guest of the same kind would not either.
        for (const pending of queue.splice(0)) report(pending.test.name, { status: error.status, message: error.message, evidence: error.evidence }, pending.attempt);
        skipClose('the suite could not be set up');
        await slot.discard();
        return undefined;
      }
      const end = endOf(error);
      const first = queue.shift();
      if (first) conclude(first, end.result, 0);
      if (queue.length === 0) skipClose('the guest was lost while the suite was set up');
      await slot.discard(end.death);
      return undefined;
    }
  }

  async function close(session: SuiteSession): Promise<void> {
    env.emit({ type: 'test-start', cell: cell.id, test: CLOSE_TEST, attempt: 1, guest: guest.id });
    const start = performance.now();
    const end: AttemptEnd = await closeSession({ session, guest, timeoutScale: scale, signal: env.signal });
    report(CLOSE_TEST, end.result, 1, performance.now() - start);
    // What the suite could not undo must not meet the next cell.
    if (!end.guestUsable || end.result.status !== 'pass') await slot.discard(end.death);
  }

  function skipClose(message: string): void {
    report(CLOSE_TEST, { status: 'skip', message }, 1);
  }

  /** Reports an attempt and, while retries are left, queues another at what did not pass. */
  function conclude({ test, attempt }: PendingTest, result: TestResult, durationMs: number): void {
    report(test.name, result, attempt, durationMs);
    if (result.status !== 'pass' && result.status !== 'skip' && attempt <= env.retries) queue.push({ test, attempt: attempt + 1 });
  }

  function report(test: string, result: TestResult, attempt: number, durationMs = 0): void {
    emitTestEnd(env, { cell: cell.id, test, attempt, durationMs }, result);
  }
}
