import type { ExpectedProblem } from '../model/expected-problem.ts';
import type { GuestDeath, GuestDeathKind } from '../model/errors.ts';
import type { KnownProblem } from '../model/known-problem.ts';
import type { LockdepCoverage } from '../model/lockdep.ts';
import { type AttemptEnd, endOf, Interrupted } from './attempt.ts';
import type { CellEnvironment } from './cell-environment.ts';
import type { BootedGuest } from './guest-slot.ts';
import { isBenign } from '../model/outcome.ts';
import { markExpected } from './expected-problem.ts';
import { consoleSize, keepConsole } from './keep-console.ts';
import { judgeObservation } from './judge-observation.ts';
import type { Observation } from './observe-guest.ts';
import { tellProblems } from './tell-problems.ts';

/** One attempt with what the kernel said meanwhile, judged. */
export interface ObservedEnd extends AttemptEnd {
  /** Of the attempt alone, without the looks at the guest around it. */
  readonly durationMs: number;
  readonly lockdep?: LockdepCoverage;
  /** Problems that began before the attempt and after the last one. */
  readonly before: Observation['before'];
  /** The guest stopped answering after the attempt, when only the rig asked it something: the attempt keeps its result. */
  readonly lost?: GuestDeath;
}

/** Of these the console may tell more than the test does. */
const SPEAKS_OF_THE_KERNEL: ReadonlySet<string> = new Set(['fail', 'crash', 'hang']);

/** Of these deaths nothing says that the test brought them about. */
const UNANSWERED: ReadonlySet<GuestDeathKind> = new Set(['stall', 'ssh-lost']);

/** Runs one attempt between two marks on the console, writes what the kernel reported to the journal, and lets it count. */
export async function observeAttempt(
  { guest, observer, consoleFile, startedMs }: BootedGuest,
  { expects, ...at }: { readonly cell: string; readonly test: string; readonly attempt: number; readonly expects?: ExpectedProblem },
  env: CellEnvironment,
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
  try {
    observation = await observer.end({ answers: end.guestUsable });
  } catch (error) {
    if (env.signal.aborted) throw new Interrupted();
    const late = endOf(error);
    if (late.death && UNANSWERED.has(late.death.kind)) lost = late.death;
    // Else the guest died right after the test that passed in it.
    end = isBenign(end.result.status) && !lost ? late : { ...end, guestUsable: false, ...(late.death && { death: late.death }) };
    observation = await observer.end({ answers: false });
  }
  if (expects) observation = markExpected(observation, expects);
  await tellProblems(env, { ...at, guest: guest.id }, observation);
  const { lockdep, before } = observation;
  // That lockdep went off at what was planted is no gap in what it watches.
  const judged = judgeObservation(end, observation, expects);
  const { result } = judged;
  const damage = SPEAKS_OF_THE_KERNEL.has(result.status) && startedMs !== undefined ? await env.mendCache?.(at.cell, startedMs) : undefined;
  if (damage !== undefined) return { ...judged, result: { ...result, status: 'infra', message: [damage, result.message].filter((part) => part !== undefined).join('; what came of it: ') }, guestUsable: false, durationMs, before };
  const kept = SPEAKS_OF_THE_KERNEL.has(result.status) ? await keepConsole(env, at, { consoleFile, from, label }) : undefined;
  return { ...judged, ...(kept !== undefined && { result: { ...result, artifacts: [...(result.artifacts ?? []), kept] } }), durationMs, before, ...(lockdep && !expects && { lockdep }), ...(lost && { lost }) };
}
