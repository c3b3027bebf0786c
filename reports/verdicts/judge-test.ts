import { FAILURES, UNKNOWNS } from '../fold/outcomes.ts';
import type { TestVerdict, Verdict } from './verdict.ts';
import type { PastTest, TestRecord } from '../fold/past-test.ts';
import { present } from '../../orchestrator/model/present.ts';

/**
 * A test that has failed before is news again only if this failure was unlikely by its rate: one in two hundred. A
 * test that fails one time in twenty is then reported after its second failure in a row. Rare flakes of a few hundred
 * tests raise no alarm on most nights.
 */
const UNLIKELY = 0.005;
/** A pass after failures is news sooner: it wakes no one. */
const UNLIKELY_FIX = 0.05;

/**
 * Judges a test against a baseline, with what earlier runs show of its reliability.
 *
 * @param now absent: the run did not plan it
 * @param base the test in the baseline run; absent: that one did not plan it
 * @param past in the runs before, the baseline among them, oldest first
 * @returns undefined if there is nothing to say: it was in neither run
 */
export function judgeTest(
  now: TestRecord | undefined,
  base: TestRecord | undefined,
  past: readonly PastTest[],
): TestVerdict | undefined {
  const runs = past.filter(ran);
  if (!now) return base && ran(base) ? { verdict: 'missing', rate: rateOf(runs) } : undefined;
  if (UNKNOWNS.has(now.outcome)) return { verdict: 'unknown', rate: rateOf(runs) };
  // What the rig failed at is no baseline; what was last known of the test is.
  const reference = base && !UNKNOWNS.has(base.outcome) ? base : past.findLast(({ outcome }) => !UNKNOWNS.has(outcome));
  if (!ran(now)) return { verdict: judgeSkip(now, reference), rate: rateOf(runs) };
  return FAILURES.has(now.outcome) ? judgeFailure(now, reference, runs) : judgePass(reference, runs);
}

function judgeSkip(now: TestRecord, reference: TestRecord | undefined): Verdict {
  if (now.forgiven) return 'known-failure';
  // That a list excludes it is somebody's wish.
  if (now.outcome === 'excluded' || !reference) return 'still-skipped';
  return ran(reference) || reference.forgiven ? 'newly-skipped' : 'still-skipped';
}

function judgeFailure(now: TestRecord, reference: TestRecord | undefined, runs: readonly PastTest[]): TestVerdict {
  const streak = endOfRuns(runs, ({ outcome }) => FAILURES.has(outcome));
  const before = runs.slice(0, runs.length - streak.length);
  const rate = rateOf(before);
  const chance = probability(rate) ** countFailures([now, ...streak]);
  // Until the last run the failures could be chance, and were reported as known. This is the first run in which they
  // cannot.
  const isFirstUnlikely =
    chance <= UNLIKELY &&
    rate.failed > 0 &&
    rate.failed < rate.of &&
    probability(rate) ** countFailures(streak) > UNLIKELY;
  const lastGood = before.findLast(({ outcome }) => !FAILURES.has(outcome));
  const verdict = ((): Verdict => {
    if (!reference && runs.length === 0) return 'new-test';
    if (reference && (FAILURES.has(reference.outcome) || reference.forgiven))
      return isFirstUnlikely ? 'new-failure' : 'known-failure';
    return rate.failed === 0 || chance <= UNLIKELY ? 'new-failure' : 'known-failure';
  })();
  return {
    verdict,
    rate: rateOf(runs),
    ...(rate.of > 0 && { chance }),
    ...(streak[0] && { since: streak[0].run }),
    ...present({ lastGood: lastGood?.run }),
  };
}

function judgePass(reference: TestRecord | undefined, runs: readonly PastTest[]): TestVerdict {
  const streak = endOfRuns(runs, ({ outcome }) => !FAILURES.has(outcome));
  const rate = rateOf(runs);
  const wasBad = reference !== undefined && (FAILURES.has(reference.outcome) || reference.forgiven);
  if (!wasBad) return { verdict: runs.length === 0 ? 'new-test' : 'still-passing', rate };
  const before = rateOf(runs.slice(0, runs.length - streak.length));
  const chance = (1 - probability(before)) ** (streak.length + 1);
  const isFixed = before.failed === before.of || chance <= UNLIKELY_FIX;
  return {
    verdict: isFixed ? 'fixed' : 'still-passing',
    rate: isFixed ? before : rate,
    ...(before.of > 0 && { chance }),
  };
}

/** In a row, retries among them. */
function countFailures(tests: readonly TestRecord[]): number {
  return tests.reduce((sum, { failed }) => sum + Math.max(1, failed), 0);
}

/** The newest runs in a row that are so. */
function endOfRuns(runs: readonly PastTest[], isSo: (run: PastTest) => boolean): readonly PastTest[] {
  return runs.slice(runs.findLastIndex((run) => !isSo(run)) + 1);
}

function ran({ outcome, forgiven }: TestRecord): boolean {
  return !forgiven && (outcome === 'pass' || outcome === 'flaky' || FAILURES.has(outcome));
}

/** By first attempts alone: only failures are tried again, so that later ones would weigh a bad night double. */
function rateOf(runs: readonly TestRecord[]): { readonly failed: number; readonly of: number } {
  return { failed: runs.filter(({ outcome }) => outcome !== 'pass').length, of: runs.length };
}

/** How likely a failure is, after Jeffreys: never quite 0 nor 1, since the past is a sample. */
function probability({ failed, of }: { readonly failed: number; readonly of: number }): number {
  return (failed + 0.5) / (of + 1);
}
