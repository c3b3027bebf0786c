import { describe, expect, test } from 'vitest';
import { makeNoise } from '../testing/make-random.ts';
import { judgeTrends, type PastFigure, type TrendJudgement } from './judge-trend.ts';

const IOPS = { name: 'write.iops', unit: 'iops', better: 'higher' } as const;

function pastOf(values: readonly number[]): PastFigure[] {
  return values.map((value, index) => ({
    value,
    run: { runId: `night-${index}`, startedAt: new Date(Date.UTC(2026, 0, index + 1)).toISOString() },
  }));
}

/** The last of the values against those before it, beside so many figures that do not change. */
function judge(values: readonly number[], others = 0): TrendJudgement {
  const trend = { ...IOPS, past: pastOf(values.slice(0, -1)), now: values.at(-1) ?? 0 };
  const still = { ...IOPS, past: pastOf(values.slice(0, -1).map(() => 1000)), now: 1000 };
  const [judged] = judgeTrends([trend, ...Array.from({ length: others }, () => still)]);
  if (!judged) throw new Error('nothing was judged');
  return judged;
}

const noisy = (seed: number, count: number, spread: number, factor = 1): number[] => {
  const noise = makeNoise(seed);
  return Array.from({ length: count }, () => 1000 * factor * Math.exp(spread * noise()));
};

describe('a figure over the nights', () => {
  const usual = noisy(7, 60, 0.03);

  test('that stays is the same, within what is usual', () => {
    const judged = judge([...usual, 1000]);
    expect(judged).toMatchObject({ verdict: 'same', change: { by: expect.closeTo(0, 1) as number } });
    expect(judged.floor?.low).toBeGreaterThan(-0.09);
    expect(judged.floor?.high).toBeLessThan(0.09);
  });

  test('that falls by a tenth for good is reported within four nights, once, with the first of them', () => {
    const fallen = noisy(8, 6, 0.03, 0.9);
    const nights = fallen.map((_, index) => judge([...usual, ...fallen.slice(0, index + 1)], 100));
    const first = nights.findIndex(({ verdict }) => verdict === 'slower');
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(4);
    expect(nights[first]).toMatchObject({ verdict: 'slower', ...(first > 0 && { since: { runId: 'night-60' } }) });
    expect(nights[first]?.told).toBeUndefined();
    expect(nights.slice(first + 1).every(({ verdict, told }) => verdict !== 'slower' || told === true)).toBe(true);
  });

  test('that falls for one night among a hundred others is no news', () => {
    expect(judge([...usual, 850], 100).verdict).toBe('same');
  });

  test('that few nights know is unclear, and says how many more would', () => {
    expect(judge([1000, 500])).toMatchObject({ verdict: 'cant-tell', needed: expect.any(Number) as number });
    expect(judge([...noisy(9, 8, 0.03), 500], 100).needed).toBeGreaterThan(5);
  });
});

test('of 300 figures over 60 nights in which nothing changed, fewer than one night in ten raises an alarm', () => {
  const spreads = Array.from({ length: 300 }, (_, index) => noisy(100 + index, 100, 0.02 + (index % 10) / 50));
  let nights = 0;
  for (let night = 40; night < 100; night++) {
    const judged = judgeTrends(
      spreads.map((values) => ({ ...IOPS, past: pastOf(values.slice(0, night)), now: values[night] ?? 0 })),
    );
    if (judged.some(({ verdict, told }) => (verdict === 'slower' || verdict === 'faster') && told !== true))
      nights += 1;
  }
  expect(nights).toBeLessThan(6);
});
