import { expect, test } from 'vitest';
import type { HistoryFigure } from './query-metrics.ts';
import { describeTrend } from './describe-trend.ts';

/** Newest first, as history gives them. */
function figures(values: readonly number[], more: Partial<HistoryFigure> = {}): HistoryFigure[] {
  return values
    .map((value, index): HistoryFigure => ({
      run: {
        runId: `night-${values.length - index}`,
        startedAt: `2026-01-${String(values.length - index).padStart(2, '0')}T00:00:00.000Z`,
      },
      matrix: 'nightly',
      host: 'rig',
      cell: 'k/nvdimm/none/fio',
      name: 'write.iops',
      unit: 'iops',
      better: 'higher',
      value,
      ...more,
    }))
    .toSorted((a, b) => b.run.startedAt.localeCompare(a.run.startedAt));
}

const USUAL = Array.from({ length: 25 }, (_, index) => 1000 + (index % 5) * 10);

test('a figure that fell is reported with the run in which it began', () => {
  expect(describeTrend(figures([800, 801, 802, ...USUAL]))).toMatch(
    /^slower by −21\.\d % since night-26, by chance once in \d+; nine of ten runs before lay within −2\.0 % to \+2\.0 % of their median$/,
  );
});

test('one that stays is the same, and one that few runs have is unclear', () => {
  expect(describeTrend(figures([1000, ...USUAL]))).toMatch(/^the same; nine of ten/);
  expect(describeTrend(figures([500, 1000]))).toMatch(/^too few runs to judge by: \d+ more would do$/);
});

test('other hosts and matrices say nothing of it, and a figure without direction is not judged', () => {
  expect(describeTrend([...figures([500]), ...figures(USUAL, { host: 'another' })])).toBe(
    'no run before it with this matrix on this host',
  );
  expect(describeTrend(figures([500, ...USUAL], { better: 'neither' }))).toBeUndefined();
  expect(describeTrend(figures([0, ...USUAL]))).toBeUndefined();
});
