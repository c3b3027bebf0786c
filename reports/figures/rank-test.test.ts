import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adjustChances } from './adjust-chances.ts';
import { estimateChange } from './estimate-change.ts';
import { makeNoise } from '../testing/make-random.ts';
import { medianInterval } from './median-interval.ts';
import { leastChance, rankTest } from './rank-test.ts';

const values = (min: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 6 }), { minLength: min, maxLength: max });

/** All ways to choose so many of the places below `from`. */
function* chooseAll(from: number, count: number, start = 0): Generator<readonly number[]> {
  if (count === 0) yield [];
  else
    for (let first = start; first <= from - count; first++)
      for (const rest of chooseAll(from, count - 1, first + 1)) yield [first, ...rest];
}

/** The same by looking at every way to deal the values out. */
function dealtOdds(one: readonly number[], other: readonly number[]): number {
  const all = [...one, ...other];
  const rankOf = (value: number): number =>
    all.filter((each) => each < value).length + (all.filter((each) => each === value).length + 1) / 2;
  const ranks = all.map(rankOf);
  const sums = [...chooseAll(all.length, one.length)].map((places) =>
    places.reduce((sum, place) => sum + (ranks[place] ?? 0), 0),
  );
  const seen = one.reduce((sum, value) => sum + rankOf(value), 0);
  const [low, high] = [sums.filter((sum) => sum <= seen).length, sums.filter((sum) => sum >= seen).length];
  return Math.min(1, (2 * Math.min(low, high)) / sums.length);
}

describe('the rank-sum test', () => {
  test('is exact, with ties as well', () => {
    fc.assert(
      fc.property(values(1, 6), values(1, 6), (one, other) => {
        expect(rankTest(one, other)).toBeCloseTo(dealtOdds(one, other), 10);
      }),
    );
  });

  test('does not mind which sample comes first', () => {
    fc.assert(
      fc.property(values(1, 9), values(1, 9), (one, other) => {
        expect(rankTest(one, other)).toBeCloseTo(rankTest(other, one), 10);
      }),
    );
  });

  test('has the odds of the tables', () => {
    // Two-sided, all of one below all of the other: 2 / C(2n, n).
    expect(rankTest([1, 2, 3, 4], [5, 6, 7, 8])).toBeCloseTo(0.0286, 4);
    expect(rankTest([1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14])).toBeCloseTo(leastChance(7, 7), 10);
    expect(rankTest([3, 3, 3], [3, 3])).toBe(1);
  });
});

function spread(count: number, seed: number, factor = 1): number[] {
  const noise = makeNoise(seed);
  return Array.from({ length: count }, () => Math.round(1000 * factor * Math.exp(0.1 * noise())));
}

describe('large samples', () => {
  test('have nearly the odds and interval of those that are just small enough to be counted', () => {
    const [one, other] = [spread(50, 1), spread(50, 2, 1.03)];
    const [exact, more] = [rankTest(one, other), rankTest([...one, 1000], other)];
    expect(more).toBeGreaterThan(exact / 2);
    expect(more).toBeLessThan(exact * 2);
    const [counted, estimated] = [estimateChange(one, other).interval, estimateChange([...one, 1000], other).interval];
    expect(estimated?.low).toBeCloseTo(counted?.low ?? 1, 2);
    expect(estimated?.high).toBeCloseTo(counted?.high ?? 1, 2);
  });

  test('of a thousand repeats are judged all the same', () => {
    const [one, other] = [spread(1000, 3), spread(1000, 4, 1.05)];
    expect(rankTest(one, other)).toBeLessThan(1e-6);
    expect(rankTest(one, spread(1000, 5))).toBeGreaterThan(0.01);
    expect(
      rankTest(
        Array.from(one, () => 7),
        Array.from(one, () => 7),
      ),
    ).toBe(1);
    const { by, interval } = estimateChange(one, other);
    expect(by).toBeCloseTo(0.05, 1);
    expect([interval && interval.low > 0.03, interval && interval.high < 0.07]).toEqual([true, true]);
    const { low = 0, high = 0 } = medianInterval(one) ?? {};
    expect([low > 985, high < 1015, low < high]).toEqual([true, true, true]);
  });
});

describe('the change between two samples', () => {
  test('is the ratio where each value has grown by it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (base, factor) => {
          const { by, interval } = estimateChange(
            base,
            base.map((value) => value * factor),
          );
          expect(by).toBeCloseTo(factor - 1, 6);
          if (interval) expect([interval.low <= by + 1e-9, interval.high >= by - 1e-9]).toEqual([true, true]);
        },
      ),
    );
  });

  test('has an interval as soon as there are enough values for one', () => {
    // P(U = 0) is 1/20 with three of each, and 1/70 with four.
    expect(estimateChange([1, 2, 3], [1, 2, 3]).interval).toBeUndefined();
    expect(estimateChange([1, 1.01, 1.02, 1.03], [1, 1.01, 1.02, 1.03]).interval).toEqual({
      low: expect.closeTo(1 / 1.03 - 1, 9) as number,
      high: expect.closeTo(0.03, 9) as number,
    });
  });
});

test('odds of several findings are those of each times what is still in question', () => {
  expect(adjustChances([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (chances) =>
      adjustChances(chances).every((adjusted, index) => adjusted >= (chances[index] ?? 0) && adjusted <= 1),
    ),
  );
});
