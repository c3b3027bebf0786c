import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedTest } from '../../model/cell.ts';
import { describeError, explainRefusal, GuestDeath, InfraError, KernelError, UserError } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';
import { Interrupted } from '../../model/interrupted.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { SuiteSession } from '../../model/suite.ts';
import { describeTimeout } from '../../model/timeouts.ts';
import type { SlotGuest } from '../guest/guest-slot.ts';
import { UNHEARD } from '../kernel/observe-guest.ts';

/** One attempt's result, and whether its guest can be used again. */
export interface AttemptEnd {
  readonly result: TestResult;
  readonly guestUsable: boolean;
  readonly death?: GuestDeath;
}

/** How long a guest may take to show the stacks of its stuck tasks, unscaled. */
const STACKS_TIMEOUT_MS = 5_000;

/** A test that leaves its guest paused must come to an end. */
const MAX_PAUSED_MS = 60 * 60_000;

/** What an attempt needs of its guest beyond the suites' view. */
export type AttemptGuest = Guest & Pick<SlotGuest, 'death' | 'isPaused' | 'pausedMs'>;

/** What ends the wait for a guest, whatever is done in it. */
export interface AttemptDeadlines {
  readonly guest: AttemptGuest;
  readonly timeoutScale: number;
  /** Why, in words: `TCG and lockdep`. */
  readonly timeoutScaleWhy: string;
  readonly signal: AbortSignal;
}

/**
 * Runs one test under its deadline. Past the deadline the test is a `hang`: the guest is asked
 * for its stacks first, and is then no longer to be trusted.
 */
export async function attemptTest(
  options: AttemptDeadlines & { readonly session: SuiteSession; readonly test: PlannedTest; readonly attempt: number },
): Promise<AttemptEnd> {
  const { session, test, attempt } = options;
  const over = new AbortController();
  const run = session
    .run(test, attempt, over.signal)
    .then((result): AttemptEnd => ({ result, guestUsable: result.status !== 'hang' }), endOf);
  try {
    return await underDeadline(run, { ...options, timeoutMs: session.testTimeoutMs(test), what: 'the test' });
  } finally {
    over.abort();
  }
}

/** Waits for `run` and for all that may end it from outside: the guest's death, the deadline, an interruption. */
export async function underDeadline<T>(
  run: Promise<T>,
  options: AttemptDeadlines & { readonly timeoutMs: number; readonly what: string },
): Promise<T | AttemptEnd> {
  const { guest, timeoutScale, signal, what } = options;
  const timeoutMs = options.timeoutMs * timeoutScale;
  const over = new AbortController();
  try {
    const end = await Promise.race([
      run,
      // A test that ends its guest reports the death itself, with the console's last words.
      guest.death.then(endOf),
      deadlineOf(guest, timeoutMs, over.signal),
      interruption(signal, over.signal),
    ]);
    // An interruption ends the guest too, and with it the test: that is no result.
    if (signal.aborted) throw new Interrupted();
    if (end !== 'deadline') return end;
    const late = `${what} did not end within ${describeTimeout('deadline', options.timeoutMs / 1000, timeoutScale, options.timeoutScaleWhy)}`;
    if (guest.isPaused === true)
      return { result: { status: 'infra', message: `${late}: its guest is paused` }, guestUsable: false };
    const { evidence, death } = await showStacks(guest, STACKS_TIMEOUT_MS * timeoutScale);
    // A QEMU that stands still says nothing of the kernel, nor of the test.
    if (death && DEATH_STATUS[death.kind] === 'infra')
      return { ...endOf(death), result: { ...resultOfError(death), message: `${late}: ${death.message}` } };
    return { result: { status: 'hang', message: late, evidence }, guestUsable: false };
  } finally {
    over.abort();
  }
}

/** What is wrong with a guest that later tests would meet, too: it cannot be heard, or a suite left it off or paused. */
const SPENT_BY: ReadonlySet<string> = new Set([UNHEARD, 'guest-off', 'guest-paused']);

/** The end of an attempt that threw. What is not a result is thrown on, see {@link resultOfError}. */
export function endOf(error: unknown): AttemptEnd {
  const result = resultOfError(error);
  if (error instanceof GuestDeath) return { result, guestUsable: false, death: error };
  return { result, guestUsable: error instanceof InfraError && !SPENT_BY.has(error.code) };
}

const DEATH_STATUS = {
  panic: 'crash',
  'power-off': 'crash',
  reset: 'crash',
  'ssh-lost': 'crash',
  stall: 'hang',
  'qemu-died': 'infra',
} as const;

/**
 * What an error amounts to as the result of what was running. Rethrows what must stop the run: the user's error, an
 * interruption.
 */
export function resultOfError(thrown: unknown): TestResult {
  const error = explainRefusal(thrown);
  if (error instanceof GuestDeath)
    return { status: DEATH_STATUS[error.kind], message: error.message, evidence: error.evidence };
  if (error instanceof KernelError) return { status: 'fail', message: error.message, evidence: error.evidence };
  if (error instanceof InfraError) {
    if (error.code === 'journal-write') throw error;
    return { status: 'infra', message: describeError(error) };
  }
  if (error instanceof UserError || error instanceof Interrupted) throw error;
  // A bug of the rig must not pass for one of the kernel, nor end the other cells.
  return { status: 'infra', message: `pmemrig itself failed: ${describeError(error)}` };
}

/** Ends once the guest has had so much time: pauses do not count, up to {@link MAX_PAUSED_MS}. */
async function deadlineOf(
  guest: Pick<SlotGuest, 'pausedMs'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<'deadline'> {
  const atFirst = guest.pausedMs ?? 0;
  const pausedMs = (): number => Math.min(guest.pausedMs ?? 0, atFirst + MAX_PAUSED_MS);
  for (let restMs = timeoutMs; restMs > 0;) {
    const before = pausedMs();
    await sleep(restMs, undefined, { signal, ref: false });
    restMs = pausedMs() - before;
  }
  return 'deadline';
}

async function interruption(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new Interrupted());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: over });
  });
}

/** Blocked tasks and all CPUs' backtraces go to the console; what dmesg has from there on is the evidence. */
async function showStacks(
  guest: Guest,
  timeoutMs: number,
): Promise<{ readonly evidence: string; readonly death?: GuestDeath }> {
  try {
    const { stdout } = await guest.exec(
      'echo w > /proc/sysrq-trigger; echo l > /proc/sysrq-trigger; ' +
        'dmesg | tac | sed "/Show Blocked State/q" | tac | head -n 160',
      { timeoutMs },
    );
    return { evidence: stdout };
  } catch (error) {
    if (error instanceof GuestDeath) return { evidence: `${error.message}\n${error.evidence}`, death: error };
    return { evidence: `the guest could not show its stacks: ${describeError(error)}` };
  }
}
