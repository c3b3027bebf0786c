import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median } from '../../text/median.ts';
import { renderSpark, renderTrend } from './trend-chart.ts';
import { present } from '../../../orchestrator/model/present.ts';

const chart = (values: readonly number[], releases: readonly string[] = []): string =>
  renderTrend(
    values.map((value, index) => ({
      value,
      title: `run ${index}`,
      ...present({ release: releases[index] }),
    })),
    'a trend',
    (value) => `${Math.round(value * 1000) / 1000}`,
  ).markup;

const numbersIn = (markup: string, pattern: RegExp): number[] =>
  Array.from(markup.matchAll(pattern), ([, number]) => Number(number));

test('every point lies inside, in order, between the lowest and the highest label', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 50 }), (values) => {
      const markup = chart(values);
      const xs = numbersIn(markup, /cx="([^"]*)"/g);
      const ys = numbersIn(markup, /cy="([^"]*)"/g);
      expect(xs).toHaveLength(values.length);
      expect(xs).toEqual(xs.toSorted((a, b) => a - b));
      for (const [x, y] of xs.map((x, index) => [x, ys[index] ?? Number.NaN] as const))
        expect(x >= 70 && x <= 888 && y >= 22 && y <= 208).toBe(true);
      const ticks = markup.match(/class="axis"/g) ?? [];
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThan(12);
    }),
  );
});

test('what hardly varies does not look as if it did', () => {
  const ys = numbersIn(chart([1000, 1001, 1000]), /cy="([^"]*)"/g);
  expect(Math.max(...ys) - Math.min(...ys)).toBeLessThan(10);
});

test('a mark stands where the kernel changed, and at the first', () => {
  const markup = chart([1, 2, 3, 4], ['6.1', '6.1', '6.2', '6.2']);
  expect(Array.from(markup.matchAll(/class="release"/g))).toHaveLength(2);
  expect(markup).toContain('>6.2</text>');
});

test('nothing makes no chart, and one value no line', () => {
  expect(chart([])).toBe('');
  expect(renderSpark([1]).markup).toBe('');
  expect(renderSpark([5, 5]).markup).toContain('points="1,15 119,15"');
});

test('the median of an even number lies between the two in the middle', () =>
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]));
