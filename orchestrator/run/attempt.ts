import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedTest } from '../model/cell.ts';
import { describeError, GuestDeath, InfraError, UserError } from '../model/errors.ts';
import type { Guest } from '../model/guest.ts';
import type { TestResult } from '../model/outcome.ts';
import type { SuiteSession } from '../model/suite.ts';

/** One attempt's result, and whether its guest can be used again. */
export interface AttemptEnd {
  readonly result: TestResult;
  readonly guestUsable: boolean;
  readonly death?: GuestDeath;
}

/** The run is being stopped: no result, nothing to blame. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** How long a guest may take to show the stacks of its stuck tasks, unscaled. */
const STACKS_TIMEOUT_MS = 5_000;

/**
 * Runs one test under its deadline. Past the deadline the test is a `hang`: the guest is asked
 * for its stacks first, and is then no longer to be trusted.
 */
export async function attemptTest(options: {
  readonly session: SuiteSession;
  readonly guest: Guest & { readonly death: Promise<GuestDeath> };
  readonly test: PlannedTest;
  readonly attempt: number;
  readonly timeoutScale: number;
  readonly signal: AbortSignal;
}): Promise<AttemptEnd> {
  const { session, guest, test, attempt, timeoutScale, signal } = options;
  const timeoutMs = session.testTimeoutMs(test) * timeoutScale;
  const over = new AbortController();
  try {
    const end = await Promise.race([
      // A test that ends its guest reports the death itself, with the console's last words.
      session.run(test, attempt).then((result): AttemptEnd => ({ result, guestUsable: result.status !== 'hang' }), endOf),
      guest.death.then(endOf),
      sleep(timeoutMs, 'deadline' as const, { signal: over.signal, ref: false }),
      interruption(signal, over.signal),
    ]);
    // An interruption ends the guest too, and with it the test: that is no result.
    if (signal.aborted) throw new Interrupted();
    if (end !== 'deadline') return end;
    return {
      result: {
        status: 'hang',
        message: `the test did not end within its deadline of ${Math.round(timeoutMs / 1000)} s (slot "test")`,
        evidence: await showStacks(guest, STACKS_TIMEOUT_MS * timeoutScale),
      },
      guestUsable: false,
    };
  } finally {
    over.abort();
  }
}

/** Turns what a suite threw into a result; what is nobody's result is thrown on. */
function endOf(error: unknown): AttemptEnd {
  if (error instanceof GuestDeath) return { result: deathResult(error), guestUsable: false, death: error };
  if (error instanceof InfraError) return { result: { status: 'infra', message: describeError(error) }, guestUsable: true };
  if (error instanceof UserError || error instanceof Interrupted) throw error;
  // A bug of the rig must not pass for one of the kernel, nor end the other cells.
  return { result: { status: 'infra', message: `pmemrig itself failed: ${describeError(error)}` }, guestUsable: false };
}

/** A guest's death as the result of the test that was running. */
export function deathResult(death: GuestDeath): TestResult {
  const status = { panic: 'crash', 'power-off': 'crash', reset: 'crash', 'ssh-lost': 'crash', stall: 'hang', 'qemu-died': 'infra' } as const;
  return { status: status[death.kind], message: death.message, evidence: death.evidence };
}

async function interruption(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new Interrupted());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: over });
  });
}

/** Blocked tasks and all CPUs' backtraces go to the console; the tail of dmesg is the evidence. */
async function showStacks(guest: Guest, timeoutMs: number): Promise<string> {
  try {
    const { stdout } = await guest.exec('echo w > /proc/sysrq-trigger; echo l > /proc/sysrq-trigger; dmesg | tail -n 120', { timeoutMs });
    return stdout;
  } catch (error) {
    if (error instanceof GuestDeath) return `${error.message}\n${error.evidence}`;
    return `the guest could not show its stacks: ${describeError(error)}`;
  }
}
