import type { ExpectedProblem } from '../../model/expected-problem.ts';
import type { GuestDeath, GuestDeathKind } from '../../model/errors.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import type { LockdepCoverage } from '../../model/lockdep.ts';
import { type AttemptEnd, endOf } from './attempt.ts';
import { Interrupted } from '../../model/interrupted.ts';
import type { AttemptEnvironment } from './attempt-environment.ts';
import type { BootedGuest } from '../guest/guest-slot.ts';
import { isBenign, type TestResult } from '../../model/outcome.ts';
import { markExpected } from './expected-problem.ts';
import { consoleSize, keepConsole } from './keep-console.ts';
import { judgeObservation } from './judge-observation.ts';
import type { Observation } from '../kernel/observe-guest.ts';
import { reportProblems } from './report-problems.ts';
import { present } from '../../model/present.ts';

/** One attempt with what the kernel said meanwhile, judged. */
export interface ObservedEnd extends AttemptEnd {
  /** The attempt alone, without the looks at the guest around it. */
  readonly durationMs: number;
  readonly lockdep?: LockdepCoverage;
  /** Problems that began before the attempt and after the last one. */
  readonly before: Observation['before'];
  readonly unheardBefore?: string;
  /** The guest stopped answering after the attempt, when only the rig asked it something. */
  readonly lost?: GuestDeath;
}

interface AttemptPlace {
  readonly cell: string;
  readonly test: string;
  readonly attempt: number;
  readonly expects?: ExpectedProblem;
  /** The guest's answer after the attempt is part of what it tests: without one it is a hang. */
  readonly mustAnswer?: boolean;
}

/** With these results the console may say more than the test does. */
const SPEAKS_OF_THE_KERNEL: ReadonlySet<string> = new Set(['fail', 'crash', 'hang']);

/** Nothing shows that the test brought about such a death. */
const UNANSWERED: ReadonlySet<GuestDeathKind> = new Set(['stall', 'ssh-lost']);

/**
 * Runs one attempt between two marks on the console, writes what the kernel reported to the journal, and lets it count.
 */
export async function observeAttempt(
  { guest, observer, consoleFile, startedMs }: BootedGuest,
  { expects, mustAnswer = false, ...at }: AttemptPlace,
  env: AttemptEnvironment,
  run: () => Promise<AttemptEnd>,
  forgiven: readonly KnownProblem[] = [],
): Promise<ObservedEnd> {
  const label = `${at.test}#${at.attempt} ${at.cell}`;
  const from = await consoleSize(consoleFile);
  let end: AttemptEnd;
  let start = performance.now();
  try {
    await observer.begin(label, forgiven);
    start = performance.now();
    end = await run();
  } catch (error) {
    if (env.signal.aborted) throw new Interrupted();
    end = endOf(error);
  }
  const durationMs = performance.now() - start;
  let observation: Observation;
  let lost: GuestDeath | undefined;
  /** A death of the guest after the attempt, which does not change its result. */
  let laterDeath: GuestDeath | undefined;
  try {
    observation = await observer.end({ answers: end.guestUsable });
  } catch (error) {
    if (env.signal.aborted) throw new Interrupted();
    const late = endOf(error);
    if (late.death && !mustAnswer && UNANSWERED.has(late.death.kind)) lost = late.death;
    // The guest died right after the test that passed in it.
    if (isBenign(end.result.status) && !lost) end = late;
    else {
      end = { ...end, guestUsable: false };
      laterDeath = late.death;
    }
    observation = await observer.end({ answers: false });
    if (lost)
      observation = { ...observation, unheard: `the rig could not hear its kernel to the end: ${lost.message}` };
  }
  if (expects) observation = markExpected(observation, expects);
  const { lockdep, before, unheardBefore } = observation;
  const judged = { ...judgeObservation(end, observation, expects), ...present({ death: laterDeath }) };
  const { result } = judged;
  const seen = { durationMs, before, ...present({ unheardBefore, lost }) };
  const damage = await findDamage(env, startedMs, result);
  // No report of a kernel from damaged files counts against it; the result's evidence shows what it said.
  if (damage !== undefined)
    return { ...judged, result: blameCache(result, damage), guestUsable: false, durationMs, before: [] };
  await reportProblems(env, { ...at, guest: guest.id }, observation);
  const kept = SPEAKS_OF_THE_KERNEL.has(result.status)
    ? await keepConsole(env, at, { consoleFile, from, label })
    : undefined;
  // A planted splat turns lockdep off. That is expected, so such a test does not count as uncovered.
  return {
    ...judged,
    ...seen,
    ...(kept !== undefined && { result: { ...result, artifacts: [...(result.artifacts ?? []), kept] } }),
    ...(lockdep && !expects && { lockdep }),
  };
}

/** Whether a failure may come from damaged files: a sentence, if those are damaged that its guest runs from. */
export async function findDamage(
  { mendCache }: Pick<AttemptEnvironment, 'mendCache'>,
  startedMs: number | undefined,
  { status }: TestResult,
): Promise<string | undefined> {
  return SPEAKS_OF_THE_KERNEL.has(status) && startedMs !== undefined ? mendCache?.(startedMs) : undefined;
}

/** The failure of a guest that ran from damaged files. */
export function blameCache(result: TestResult, damage: string): TestResult {
  return {
    ...result,
    status: 'infra',
    message: [damage, result.message].filter((part) => part !== undefined).join('; what came of it: '),
  };
}
