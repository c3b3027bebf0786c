import type { ExpectedProblem } from '../../model/expected-problem.ts';
import type { JudgedProblem } from '../../model/known-problem.ts';
import { isBenign, type TestResult } from '../../model/outcome.ts';
import type { AttemptEnd } from './attempt.ts';
import { judgeExpected } from './expected-problem.ts';
import type { Observation } from '../kernel/observe-guest.ts';

/** Different problems that a message names. */
const MAX_SENTENCES = 20;

/**
 * Judges a test by its own result and by what its kernel said meanwhile. A problem fails it even if the test itself
 * passed. One that is known, or the rig's own (a table of lockdep that is too small), is reported but fails nothing. A
 * test that plants problems is judged by whether they were seen.
 */
export function judgeObservation(end: AttemptEnd, observation: Observation, expects?: ExpectedProblem): AttemptEnd {
  const { inside, lockdep, remarks = [], spent, unheard } = observation;
  const guestUsable = end.guestUsable && spent === undefined;
  if (expects) {
    const judged = judgeExpected({ ...end, guestUsable }, observation, expects);
    return { ...judged, result: addRemarks(doubt(judged.result, unheard), remarks) };
  }
  // A death's evidence is the kernel's report already.
  const known = end.death ? end.result : addProblems(end.result, inside);
  const result = addRemarks(doubt(known, unheard), remarks);
  const uncovered =
    lockdep && !lockdep.covered && result.status === 'pass' ? `ran uncovered: ${lockdep.reason}` : undefined;
  return {
    ...end,
    guestUsable,
    result: uncovered === undefined ? result : { ...result, message: join(result.message, uncovered) },
  };
}

/** Where the kernel was not heard a pass proves nothing; what failed did so all the same. */
export function doubt(result: TestResult, unheard: string | undefined): TestResult {
  if (unheard === undefined) return result;
  return {
    ...result,
    status: isBenign(result.status) ? 'infra' : result.status,
    message: join(result.message, unheard),
  };
}

function addRemarks(result: TestResult, remarks: readonly string[]): TestResult {
  return remarks.length === 0 ? result : { ...result, message: join(result.message, ...remarks) };
}

/** As {@link judgeObservation} for a result without an attempt: a boot, or the gap between two tests. */
export function addProblems(result: TestResult, problems: readonly JudgedProblem[]): TestResult {
  if (problems.length === 0) return result;
  const failing = problems.filter(isFailure);
  const message = join(result.message, countAlike(failing.length > 0 ? failing : problems));
  const evidence = [
    result.evidence,
    ...(failing.length > 0 ? failing : problems).slice(0, MAX_SENTENCES).flatMap(({ problem }) => problem.lines),
  ]
    .filter((part) => part !== undefined)
    .join('\n');
  return {
    ...result,
    status: isBenign(result.status) && failing.length > 0 ? 'fail' : result.status,
    message,
    evidence,
  };
}

/** A kernel that says the same twenty times says it once in a sentence. */
function countAlike(problems: readonly JudgedProblem[]): string {
  const counts = new Map<string, number>();
  for (const judged of problems) {
    const sentence = describe(judged);
    counts.set(sentence, (counts.get(sentence) ?? 0) + 1 + (judged.problem.further ?? 0));
  }
  const sentences = Array.from(counts, ([sentence, count]) =>
    count === 1 ? sentence : `${sentence} (${count} times)`,
  );
  const more = sentences.length - MAX_SENTENCES;
  return [...sentences.slice(0, MAX_SENTENCES), ...(more > 0 ? [`and ${more} more like these`] : [])].join('; ');
}

/** It is the kernel's, and not expected. */
function isFailure({ problem, known }: JudgedProblem): boolean {
  return problem.blame === 'kernel' && known === undefined;
}

function describe({ problem, known, expired }: JudgedProblem): string {
  if (known)
    return `known problem: ${problem.title} (${known.reason}${known.link === undefined ? '' : `, ${known.link}`})`;
  if (problem.blame === 'rig') return `lockdep gave up, which is the rig's to mend: ${problem.title}`;
  return `the kernel reported: ${problem.title}${expired === undefined ? '' : `; it was known: ${expired}`}`;
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('; ');
}
