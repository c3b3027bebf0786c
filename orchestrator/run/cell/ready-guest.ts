import { BOOT_TEST, type Cell, PMEM_TEST } from '../../model/cell.ts';
import { describeError, GuestDeath, UserError } from '../../model/errors.ts';
import type { Metric, TestResult } from '../../model/outcome.ts';
import { type AttemptEnd, resultOfError } from '../attempt/attempt.ts';
import { Interrupted } from '../../model/interrupted.ts';
import { type AttemptEnvironment, emitTestEnd } from '../attempt/attempt-environment.ts';
import type { BootedGuest, GuestSlot } from '../guest/guest-slot.ts';
import { addProblems, doubt } from '../attempt/judge-observation.ts';
import { blameCache, observeAttempt } from '../attempt/observe-attempt.ts';
import type { Observation } from '../kernel/observe-guest.ts';
import { reportProblems } from '../attempt/report-problems.ts';
import type { BootFailure, BootRetries } from './boot-retries.ts';
import { present } from '../../model/present.ts';

interface GuestTurn {
  /** Counts the guests of the cell from 1. */
  readonly ordinal: number;
  readonly boots: BootRetries;
}

/**
 * The slot's guest, or a new one with its pmem set up and verified; or who is to blame that there is none, which
 * is then reported as the cell's `guest/boot` or `guest/pmem`.
 */
export async function readyGuest(
  cell: Cell,
  slot: GuestSlot,
  env: AttemptEnvironment,
  turn: GuestTurn,
): Promise<BootedGuest | BootFailure> {
  const { ordinal: attempt, boots } = turn;
  const shared = slot.current;
  if (shared) {
    for (const test of [BOOT_TEST, PMEM_TEST]) {
      env.emit({ type: 'test-start', cell: cell.id, test, attempt, guest: shared.guest.id });
      emitTestEnd(
        env,
        { cell: cell.id, test, attempt, durationMs: 0 },
        { status: 'pass', message: `guest ${shared.guest.id} was booted for an earlier cell` },
      );
    }
    return shared;
  }
  // The wait for room on the host is not the boot's.
  await slot.reserve(cell);
  const booted = await boot(cell, slot, env, turn);
  if (typeof booted === 'string') return booted;
  const at = { cell: cell.id, test: PMEM_TEST, attempt };
  env.emit({ type: 'test-start', ...at, guest: booted.guest.id });
  const { result, durationMs, death, lockdep, before, unheardBefore } = await observeAttempt(
    booted,
    { ...at, mustAnswer: true },
    env,
    async () => setUpPmem(booted),
  );
  const isReady = result.status === 'pass';
  // What the boot still had to say when the rig listened to it.
  const reported = doubt(addProblems(result, before), unheardBefore);
  emitTestEnd(
    env,
    { ...at, durationMs, ...present({ lockdep }), ...(!isReady && boots.follow('kernel') && { retried: true }) },
    reported,
  );
  if (isReady) return booted;
  await slot.discard(death);
  return 'kernel';
}

/**
 * Boots as a test of its own. A kernel that complained on its way up fails that test, yet is used: its next boot
 * would complain again, and whoever tests it wants to know the rest too.
 */
async function boot(
  cell: Cell,
  slot: GuestSlot,
  env: AttemptEnvironment,
  { ordinal, boots }: GuestTurn,
): Promise<BootedGuest | BootFailure> {
  const at = { cell: cell.id, test: BOOT_TEST, attempt: ordinal };
  env.emit({ type: 'test-start', ...at, waitedMs: slot.waitedMs });
  const start = performance.now();
  let result: TestResult;
  let blame: BootFailure = 'kernel';
  let phases: BootedGuest['bootPhases'];
  let heard: { readonly guest: number; readonly observation: Observation } | undefined;
  /** QEMU cannot boot the kernel, or it lacks a driver. The user is to blame, unless the file is damaged. */
  let userError: UserError | undefined;
  try {
    const { guest, observer, bootPhases } = await slot.boot(cell);
    phases = bootPhases;
    const observation = await observer.settle();
    heard = { guest: guest.id, observation };
    result = addProblems({ status: 'pass', metrics: [measureBoot(guest)] }, observation.inside);
  } catch (error) {
    if (env.signal.aborted) throw new Interrupted();
    if (error instanceof UserError) userError = error;
    result = userError ? { status: 'infra', message: describeError(userError) } : resultOfError(error);
    if (error instanceof GuestDeath && error.kind === 'qemu-died') blame = 'host';
    await slot.discard(error instanceof GuestDeath ? error : undefined);
  }
  const damage = result.status === 'pass' ? undefined : await env.mendCache?.(start);
  if (damage !== undefined) {
    result = blameCache(result, damage);
    blame = 'host';
    await slot.discard();
  } else if (userError) throw userError;
  else if (heard) await reportProblems(env, { ...at, guest: heard.guest }, heard.observation);
  emitTestEnd(
    env,
    {
      ...at,
      durationMs: performance.now() - start,
      ...(!slot.current && boots.follow(blame) && { retried: true }),
      ...present({ phases }),
    },
    result,
  );
  return slot.current ?? blame;
}

/** The time to the first answer, by a name of its own for a guest that did not boot. */
function measureBoot({ bootMs, template }: Pick<BootedGuest['guest'], 'bootMs' | 'template'>): Metric {
  return { name: template === undefined ? 'boot' : 'fork', value: bootMs / 1000, unit: 's', better: 'lower' };
}

async function setUpPmem({ guest }: BootedGuest): Promise<AttemptEnd> {
  const { problems } = await guest.setUpPmem();
  const result: TestResult =
    problems.length === 0
      ? { status: 'pass' }
      : { status: 'fail', message: problems.join('; '), evidence: problems.join('\n') };
  return { result, guestUsable: problems.length === 0 };
}
