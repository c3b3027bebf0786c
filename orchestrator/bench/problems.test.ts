import { expect, test } from 'vitest';
import { benchProblemParser } from './problems.ts';

test('the console to measure with has no problems, one a MiB, hundreds or thousands', () => {
  expect(benchProblemParser(2, 'none').problems).toBe(0);
  expect(benchProblemParser(2, 'rare').problems).toBe(3);
  expect(benchProblemParser(2, 'dense').problems).toBeGreaterThan(300);
  expect(benchProblemParser(2, 'short').problems).toBeGreaterThan(2000);
});
