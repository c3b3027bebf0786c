import { choose } from './rank-test.ts';

/** Half of 0.05, for each end. */
const TAIL = 0.025;
const TAIL_DEVIATIONS = 1.96;
/** More values than this have odds beyond what a number holds, and those of the normal distribution. */
const EXACT_VALUES = 500;

/**
 * The interval that holds the true median in at least 95 of 100 cases, with any spread. It is between the order
 * statistics whose binomial odds say so (Conover, "Practical Nonparametric Statistics", 3.2). Undefined for fewer than
 * six values: no two of them are far enough apart.
 */
export function medianInterval(values: readonly number[]): { readonly low: number; readonly high: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  const cut = cutValues(count);
  const [low, high] = [sorted[cut - 1], sorted[count - cut]];
  return cut === 0 || low === undefined || high === undefined ? undefined : { low, high };
}

/** The place, from either end, of the value at which the interval ends; 0 if even the last one is too near. */
function cutValues(count: number): number {
  if (count > EXACT_VALUES) return Math.floor(count / 2 - (TAIL_DEVIATIONS * Math.sqrt(count)) / 2);
  let below = 0;
  for (let cut = 0; ; cut++) {
    below += choose(count, cut) / 2 ** count;
    if (below > TAIL) return cut;
  }
}
