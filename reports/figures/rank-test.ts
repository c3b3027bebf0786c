import { errorFunction, wilcoxonRankSum } from 'simple-statistics';

/**
 * Samples that make more pairs than this are counted by the normal distribution. The ways to deal them out would take
 * gigabytes, and no longer fit a number.
 */
export const EXACT_PAIRS = 2500;

/**
 * The exact two-sided Wilcoxon rank-sum test. Gives how likely two samples that are drawn alike lie as far apart as
 * these, in ranks, 0 to 1. It assumes nothing of how the values are spread. Ties have their mean rank. The odds are
 * those among all ways to deal these very values out to the two samples, so the test stays exact for equal counts.
 * Large samples use the normal distribution, to which these odds come.
 *
 * @param one @param other neither of them empty
 */
export function rankTest(one: readonly number[], other: readonly number[]): number {
  const [few, many] = one.length <= other.length ? [one, other] : [other, one];
  // Mean ranks are halves at the finest: doubled they are whole.
  const observed = 2 * wilcoxonRankSum([...few], [...many]);
  const ranks = doubledRanks([...few, ...many]);
  if (few.length * many.length > EXACT_PAIRS) return normalOdds(observed, ranks, few.length);
  const ways = countSums(ranks, few.length);
  const all = ways.reduce((sum, count) => sum + count, 0);
  const upTo = ways.slice(0, observed + 1).reduce((sum, count) => sum + count, 0);
  const from = all - upTo + (ways[observed] ?? 0);
  return Math.min(1, (2 * Math.min(upTo, from)) / all);
}

/** The least that {@link rankTest} can come to for samples of these sizes: all of one below all of the other. */
export function leastChance(one: number, other: number): number {
  return Math.min(1, 2 / choose(one + other, Math.min(one, other)));
}

export function choose(from: number, count: number): number {
  let product = 1;
  for (let index = 1; index <= count; index++) product *= (from - count + index) / index;
  return product;
}

function doubledRanks(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const [index, value] of sorted.entries()) {
    if (!first.has(value)) first.set(value, index + 1);
    last.set(value, index + 1);
  }
  return sorted.map((value) => (first.get(value) ?? 0) + (last.get(value) ?? 0));
}

/**
 * What the exact odds come to for large samples: the sum of ranks dealt out at random has this mean and deviation, ties
 * or not.
 */
function normalOdds(observed: number, ranks: readonly number[], take: number): number {
  const count = ranks.length;
  const mean = ranks.reduce((sum, rank) => sum + rank, 0) / count;
  const variance = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / (count - 1);
  const deviation = Math.sqrt((take * (count - take) * variance) / count);
  if (deviation === 0) return 1;
  // Half a step towards the middle, since ranks are steps; one is two when doubled.
  const off = Math.max(0, Math.abs(observed - take * mean) - 1) / deviation;
  return Math.max(0, 1 - errorFunction(off / Math.SQRT2));
}

/** In how many ways `take` of the ranks add up to each sum, by the sum. */
function countSums(ranks: readonly number[], take: number): readonly number[] {
  const largest = ranks.slice(ranks.length - take).reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: take + 1 }, () => new Float64Array(largest + 1));
  const start = ways[0];
  if (start) start[0] = 1;
  for (const rank of ranks) {
    for (let taken = take; taken > 0; taken--) {
      const [to, from] = [ways[taken], ways[taken - 1]];
      if (!to || !from) continue;
      for (let sum = largest; sum >= rank; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return [...(ways[take] ?? [])];
}
