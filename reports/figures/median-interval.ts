import { choose } from './rank-test.ts';

/** Of 0.05, half at each end. */
const TAIL = 0.025;

/**
 * Within it the true median is in at least 95 of 100 cases, whatever the spread looks like: the order statistics whose binomial odds say so (Conover, "Practical
 * Nonparametric Statistics", 3.2). Undefined for fewer than six values, of which none are far enough apart.
 */
export function medianInterval(values: readonly number[]): { readonly low: number; readonly high: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  let below = 0;
  let cut = 0;
  for (; cut < count; cut++) {
    below += choose(count, cut) / 2 ** count;
    if (below > TAIL) break;
  }
  const [low, high] = [sorted[cut - 1], sorted[count - cut]];
  return cut === 0 || low === undefined || high === undefined ? undefined : { low, high };
}
