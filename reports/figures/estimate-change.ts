import { median } from '../text/median.ts';
import { choose, EXACT_PAIRS } from './rank-test.ts';

/** How much more one sample has than another, as a share: 0.05 is 5 % more. */
export interface Change {
  readonly by: number;
  /** Within it the true change is in 95 of 100 cases; absent where the samples are too small to say so. */
  readonly interval?: { readonly low: number; readonly high: number };
}

/** Half of 0.05, for each end. */
const TAIL = 0.025;
/** So many deviations off the mean of a normal distribution the same part of it is left. */
const TAIL_DEVIATIONS = 1.96;

/**
 * The Hodges-Lehmann estimate: the median of all ratios between the two samples. Its interval belongs to the rank-sum
 * test (Hollander, Wolfe, "Nonparametric Statistical Methods", 4.3). One wild value moves neither.
 *
 * @param base @param now positive values, at least one each
 */
export function estimateChange(base: readonly number[], now: readonly number[]): Change {
  const ratios = now.flatMap((value) => base.map((before) => value / before)).toSorted((a, b) => a - b);
  const cut = cutRatios(base.length, now.length);
  const [low, high] = [ratios[cut - 1], ratios.at(-cut)];
  const by = median(ratios) - 1;
  return cut === 0 || low === undefined || high === undefined
    ? { by }
    : { by, interval: { low: low - 1, high: high - 1 } };
}

/** The place, from either end, of the ratio at which the interval ends; 0 if even the last one is too near. */
function cutRatios(base: number, now: number): number {
  if (base * now > EXACT_PAIRS)
    return Math.floor((base * now) / 2 - TAIL_DEVIATIONS * Math.sqrt((base * now * (base + now + 1)) / 12));
  const ways = countPairs(base, now);
  const all = choose(base + now, base);
  let sum = 0;
  let cut = 0;
  for (const count of ways) {
    sum += count;
    if (sum / all > TAIL) break;
    cut += 1;
  }
  return cut;
}

/**
 * In how many orders of two samples so many pairs stand the wrong way round, by that number (the distribution of Mann
 * and Whitney's U).
 */
function countPairs(one: number, other: number): Float64Array {
  const largest = one * other;
  // Coefficients of the Gaussian binomial: the product of (1 - q^(other + i)) over (1 - q^i).
  const ways = new Float64Array(largest + 1);
  ways[0] = 1;
  for (let index = 1; index <= one; index++) {
    for (let sum = largest; sum >= other + index; sum--)
      ways[sum] = (ways[sum] ?? 0) - (ways[sum - other - index] ?? 0);
    for (let sum = index; sum <= largest; sum++) ways[sum] = (ways[sum] ?? 0) + (ways[sum - index] ?? 0);
  }
  return ways;
}
