import type { ExpectedProblem } from '../model/expected-problem.ts';
import type { JudgedProblem } from '../model/known-problem.ts';
import { isBenign, type TestResult } from '../model/outcome.ts';
import type { AttemptEnd } from './attempt.ts';
import { judgeExpected } from './expected-problem.ts';
import type { Observation } from './observe-guest.ts';

/**
 * What a test amounts to with what its kernel said meanwhile: a problem fails it even if it was content itself, unless the
 * problem is known or the rig's own (a table of lockdep that is too small), which is told but fails nothing. A test that
 * plants problems is judged by whether they were seen.
 */
export function judgeObservation(end: AttemptEnd, observation: Observation, expects?: ExpectedProblem): AttemptEnd {
  const { inside, lockdep, spent } = observation;
  const guestUsable = end.guestUsable && spent === undefined;
  if (expects) return judgeExpected({ ...end, guestUsable }, observation, expects);
  // A death's evidence is the kernel's report already.
  const result = end.death ? end.result : addProblems(end.result, inside);
  const uncovered = lockdep && !lockdep.covered && result.status === 'pass' ? `ran uncovered: ${lockdep.reason}` : undefined;
  return { ...end, guestUsable, result: uncovered === undefined ? result : { ...result, message: join(result.message, uncovered) } };
}

/** As {@link judgeObservation} for a result without an attempt: a boot, or the gap between two tests. */
export function addProblems(result: TestResult, problems: readonly JudgedProblem[]): TestResult {
  if (problems.length === 0) return result;
  const failing = problems.filter(isFailure);
  const message = join(result.message, countAlike((failing.length > 0 ? failing : problems).map(describe)).join('; '));
  const evidence = [result.evidence, ...(failing.length > 0 ? failing : problems).flatMap(({ problem }) => problem.lines)].filter((part) => part !== undefined).join('\n');
  return { ...result, status: isBenign(result.status) && failing.length > 0 ? 'fail' : result.status, message, evidence };
}

/** A kernel that says the same twenty times says it once in a sentence. */
function countAlike(sentences: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const sentence of sentences) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
  return Array.from(counts, ([sentence, count]) => (count === 1 ? sentence : `${sentence} (${count} times)`));
}

/** It is the kernel's, and nobody expects it. */
function isFailure({ problem, known }: JudgedProblem): boolean {
  return problem.blame === 'kernel' && known === undefined;
}

function describe({ problem, known, expired }: JudgedProblem): string {
  if (known) return `known problem: ${problem.title} (${known.reason}${known.link === undefined ? '' : `, ${known.link}`})`;
  if (problem.blame === 'rig') return `lockdep gave up, which is the rig's to mend: ${problem.title}`;
  return `the kernel reported: ${problem.title}${expired === undefined ? '' : `; it was known: ${expired}`}`;
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('; ');
}
