import { type AttemptStatus, isBenign, type Outcome } from '../../orchestrator/model/outcome.ts';
import type { AttemptSummary, CellSummary, TestSummary, Totals } from './summary.ts';

/** Worst first: the order of columns and totals everywhere. */
export const OUTCOMES = [
  'crash',
  'hang',
  'fail',
  'infra',
  'unreached',
  'flaky',
  'skip',
  'excluded',
  'pass',
] as const satisfies readonly Outcome[];

/** The kernel or the test is to blame. */
export const FAILURES: ReadonlySet<Outcome> = new Set(['crash', 'hang', 'fail']);
/** The rig or its host failed. */
export const UNKNOWNS: ReadonlySet<Outcome> = new Set(['infra', 'unreached']);

/**
 * What a test amounts to after all its attempts. An `infra` attempt says nothing of the test, so it counts only when
 * there is no other. A test that passed in one attempt and failed in another is `flaky`, whichever came first: a run
 * that repeats its tests goes on after a pass. Otherwise the worst attempt counts: a crash stays a crash though the
 * retry merely failed, and a skip among passes is reported.
 */
export function computeOutcome(statuses: readonly AttemptStatus[]): Outcome {
  if (statuses.length === 0) return 'unreached';
  const counted = statuses.filter((status) => status !== 'infra');
  if (counted.length === 0) return 'infra';
  if (counted.includes('pass') && counted.some((status) => FAILURES.has(status))) return 'flaky';
  return OUTCOMES.find((outcome) => counted.some((status) => status === outcome)) ?? 'pass';
}

/**
 * As {@link computeOutcome} for `guest/boot` and its like. Their attempts are not tries at one thing: there is one for
 * each guest of the cell, in no order that matters. The worst counts. It is flaky if all that went wrong was tried
 * again and went right.
 */
export function computeGuestOutcome(attempts: readonly Pick<AttemptSummary, 'status' | 'retried'>[]): Outcome {
  const last = attempts.filter(({ retried }) => retried !== true);
  const statuses = new Set((last.length > 0 ? last : attempts).map(({ status }) => status));
  const bad = OUTCOMES.find((outcome) => needsAttention(outcome) && [...statuses].some((status) => status === outcome));
  if (bad) return bad;
  if (!statuses.has('pass')) return 'skip';
  return attempts.some(({ status }) => FAILURES.has(status)) ? 'flaky' : 'pass';
}

/** `failed 1 of 3 attempts`; what the rig failed at is no attempt. */
export function describeFlaky(attempts: readonly Pick<AttemptSummary, 'status'>[]): string {
  const counted = attempts.filter(({ status }) => status !== 'infra');
  return `failed ${counted.filter(({ status }) => FAILURES.has(status)).length} of ${counted.length} attempts`;
}

/** The attempt that a report shows for a test: the last pass, else the last that ended as the test did. */
export function shownAttempt(test: TestSummary): AttemptSummary | undefined {
  const last = test.outcome === 'flaky' ? 'pass' : test.outcome;
  return test.attempts.findLast(({ status }) => status === last);
}

/** The attempts beside {@link shownAttempt} that did not pass: the story behind a flaky or retried test. */
export function otherFailedAttempts(test: TestSummary): readonly AttemptSummary[] {
  const shown = shownAttempt(test);
  return test.attempts.filter((attempt) => attempt !== shown && !isBenign(attempt.status));
}

export function needsAttention(outcome: Outcome): boolean {
  return FAILURES.has(outcome) || UNKNOWNS.has(outcome);
}

export function countOutcomes(outcomes: Iterable<Outcome>): Totals {
  const totals: Record<Outcome, number> = {
    crash: 0,
    hang: 0,
    fail: 0,
    infra: 0,
    unreached: 0,
    flaky: 0,
    skip: 0,
    excluded: 0,
    pass: 0,
  };
  for (const outcome of outcomes) totals[outcome]++;
  return totals;
}

/** Counts the skips that ran and failed as a list, or the test itself, expects. */
export function countKnown(tests: Iterable<Pick<TestSummary, 'forgiven'>>): number {
  let known = 0;
  for (const { forgiven } of tests) if (forgiven) known += 1;
  return known;
}

/** A cell is as bad as its worst test; a test that did not run beside passes leaves it a pass. */
export function judgeCell({ tests }: CellSummary): {
  readonly worst: Outcome;
  readonly totals: Totals;
  readonly known: number;
} {
  const totals = countOutcomes(tests.map(({ outcome }) => outcome));
  return {
    totals,
    known: countKnown(tests),
    worst:
      OUTCOMES.find(
        (outcome) => totals[outcome] > 0 && ((outcome !== 'skip' && outcome !== 'excluded') || totals.pass === 0),
      ) ?? 'pass',
  };
}

export function sumTotals(totals: Totals): number {
  return OUTCOMES.reduce((sum, outcome) => sum + totals[outcome], 0);
}
