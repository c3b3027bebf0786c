import { expect, test } from 'vitest';
import type { PlannedTest } from '../../model/cell.ts';
import type { AttemptStatus } from '../../model/outcome.ts';
import { planRemaining, planRound } from './past-run.ts';

const TEST: PlannedTest = { name: 'fio/a', estimateSec: 1 };

/** `cut` is an attempt that began and did not end. */
function remaining(statuses: readonly (AttemptStatus | 'cut')[], retries: number, planned = TEST) {
  const attempts = statuses.map((status, index) => ({ attempt: index + 1, ...(status !== 'cut' && { status }) }));
  const next = planRemaining(planned, attempts, retries);
  return next && [next.attempt, next.failed, next.deaths];
}

test.each<[string, readonly (AttemptStatus | 'cut')[], number, readonly number[] | undefined]>([
  ['never began', [], 0, [1, 0, 0]],
  ['passed', ['pass'], 2, undefined],
  ['was skipped', ['skip'], 2, undefined],
  ['failed, without retries', ['fail'], 0, undefined],
  ['failed, with a retry left', ['fail'], 1, [2, 1, 0]],
  ['failed, its retries used up', ['fail', 'hang', 'fail'], 2, undefined],
  ['passed on its retry', ['fail', 'pass'], 2, undefined],
  ['was cut off', ['cut'], 0, [2, 0, 0]],
  ['was cut off on its retry', ['crash', 'cut'], 1, [3, 1, 1]],
  ['was cut off twice, and then passed', ['cut', 'cut', 'pass'], 0, undefined],
  ['took down two guests', ['crash', 'hang'], 5, undefined],
  ['met a host that failed', ['infra'], 0, [2, 0, 0]],
  ['failed, and then met a host that failed', ['fail', 'infra'], 1, [3, 1, 0]],
])('a test that %s', (_, statuses, retries, expected) => expect(remaining(statuses, retries)).toEqual(expected));

test.each<[string, readonly (AttemptStatus | 'cut')[], number, number | undefined]>([
  ['began in no round', [], 1, 1],
  ['ran in each round so far', ['pass', 'fail'], 3, 3],
  ['ran already in the round that was cut off', ['pass', 'fail'], 2, undefined],
  ['was cut off', ['pass', 'cut'], 2, 3],
  ['was cut off, and wants a later round', ['cut', 'pass'], 2, 3],
])('a test that %s, in a run that repeats it', (_, statuses, round, attempt) => {
  const attempts = statuses.map((status, index) => ({ attempt: index + 1, ...(status !== 'cut' && { status }) }));
  expect(planRound(TEST, attempts, round)?.attempt).toBe(attempt);
});

test('a problem that the rig missed is not looked for again', () => {
  const planted = { ...TEST, expects: { kinds: ['oops'] } } as const;
  expect(remaining(['infra'], 3, planted)).toBeUndefined();
  expect(remaining(['cut'], 0, planted)).toEqual([2, 0, 0]);
});
