import { expect, test } from 'vitest';
import { benchProblemParser } from './problems.ts';

test('the console to measure with has problems, or none', () => {
  expect(benchProblemParser(2, true).problems).toBeGreaterThan(1);
  expect(benchProblemParser(2, false).problems).toBe(0);
});
