import type { ExpectedProblem } from '../../model/expected-problem.ts';
import type { JudgedProblem } from '../../model/known-problem.ts';
import type { ProblemKind } from '../../model/problem.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Observation } from '../kernel/observe-guest.ts';
import { present } from '../../model/present.ts';

/** Marks what a test planted itself, so that no report takes it for the kernel's own. */
export function markExpected(observation: Observation, { kinds, followers = [] }: ExpectedProblem): Observation {
  const wanted: ReadonlySet<ProblemKind> = new Set([...kinds, ...followers]);
  return {
    ...observation,
    inside: observation.inside.map((judged) =>
      wanted.has(judged.problem.kind) ? { problem: judged.problem, expected: true } : judged,
    ),
  };
}

/**
 * What a test amounts to that plants a kernel problem. It is a pass if the rig saw the problem there, as what it is,
 * and nothing else. All the rest is `infra`, never a failure. A problem that was missed, or seen in the wrong test,
 * says nothing of the kernel. It says of the rig that its other passes mean little. An oops may well end in a death by
 * panic; any other death does not count as its end.
 */
export function judgeExpected(
  end: AttemptEnd,
  { inside, before, lockdep }: Observation,
  expects: ExpectedProblem,
): AttemptEnd {
  if ((end.result.status === 'skip' && inside.length === 0) || end.result.status === 'infra') return end;
  const seen = inside.filter(({ problem }) => expects.kinds.includes(problem.kind));
  const missed = expects.kinds.length > 0 && seen.length === 0;
  const complaints = [
    missed ? `the rig did not see ${expects.kinds.join(' or ')}` : undefined,
    missed && lockdep?.covered === false ? lockdep.reason : undefined,
    missed && before.length > 0 ? `before the test it saw ${before.map(describe).join(', ')}` : undefined,
    ...inside
      .filter(({ expected }) => expected !== true)
      .map((judged) => `it saw what nobody planted: ${describe(judged)}`),
    complainOfEnd(end, expects, missed),
  ].filter((part) => part !== undefined);
  if (complaints.length === 0) return { ...end, result: pass(end.result, seen) };
  const evidence = [end.result.evidence, ...inside.flatMap(({ problem }) => problem.lines)]
    .filter((part) => part !== undefined)
    .join('\n');
  return {
    ...end,
    guestUsable: false,
    result: { ...end.result, status: 'infra', message: complaints.join('; '), ...(evidence !== '' && { evidence }) },
  };
}

/** A problem that began between two tests of a selftest: the rig lost the test that it belongs to. */
export function judgeStray(result: TestResult, gap: readonly JudgedProblem[]): TestResult {
  if (gap.length === 0) return result;
  return {
    ...result,
    status: 'infra',
    message: `the rig saw in no test: ${gap.map(describe).join(', ')}`,
    evidence: gap.flatMap(({ problem }) => problem.lines).join('\n'),
  };
}

function complainOfEnd(
  { result, death }: AttemptEnd,
  { kinds, fatal }: ExpectedProblem,
  missed: boolean,
): string | undefined {
  if (death)
    return death.kind === 'panic' && kinds.length > 0 && !missed ? undefined : `the guest was lost: ${death.message}`;
  if (result.status !== 'pass') return result.message ?? `the test ended as ${result.status}`;
  return fatal === true ? 'the guest outlived it' : undefined;
}

function pass({ metrics, artifacts }: TestResult, seen: readonly JudgedProblem[]): TestResult {
  const [first] = seen;
  const more = seen.length > 1 ? ` and ${seen.length - 1} more like it` : '';
  const message = first && `seen: ${describe(first)}${more}`;
  return {
    status: 'pass',
    ...present({ message, metrics, artifacts }),
  };
}

function describe({ problem }: JudgedProblem): string {
  return `${problem.kind} (${problem.title})`;
}
