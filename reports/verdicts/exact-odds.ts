import type { FailureRate } from '../fold/past-test.ts';

/**
 * Fisher's exact test, one-sided: how likely at least as many of all failures fall on `now` if both fail equally often,
 * 0 to 1. Exact for the handful of attempts that anybody repeats a test.
 */
export function chanceOfMore(base: FailureRate, now: FailureRate): number {
  const failed = base.failed + now.failed;
  const all = base.of + now.of;
  if (base.of === 0 || now.of === 0 || failed === 0) return 1;
  let sum = 0;
  for (let count = now.failed; count <= Math.min(now.of, failed); count++) {
    if (failed - count > base.of) continue;
    sum += Math.exp(logChoose(now.of, count) + logChoose(base.of, failed - count) - logChoose(all, failed));
  }
  return Math.min(1, sum);
}

function logChoose(from: number, count: number): number {
  let sum = 0;
  for (let index = 1; index <= count; index++) sum += Math.log((from - count + index) / index);
  return sum;
}
