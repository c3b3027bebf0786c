import { expect, test } from 'vitest';
import { makeNoise } from '../testing/make-random.ts';
import { medianInterval } from './median-interval.ts';

test('six values are the fewest that say where the median is, and then all of them do', () => {
  expect(medianInterval([5, 1, 4, 2, 3])).toBeUndefined();
  expect(medianInterval([5, 1, 4, 2, 3, 6])).toEqual({ low: 1, high: 6 });
  // From the tables: the second and the ninth of ten.
  expect(medianInterval([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toEqual({ low: 2, high: 9 });
});

test.each([6, 9, 15, 30])('of %i values it holds the true median in 95 of 100 cases at least', (count) => {
  const noise = makeNoise(count);
  const rounds = 2000;
  let held = 0;
  for (let round = 0; round < rounds; round++) {
    const { low = 1, high = -1 } = medianInterval(Array.from({ length: count }, noise)) ?? {};
    if (low <= 0 && high >= 0) held += 1;
  }
  // Two standard deviations of chance below.
  expect(held / rounds).toBeGreaterThan(0.94);
});
