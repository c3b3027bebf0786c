import { expect, test } from 'vitest';
import { describeTimeout } from './timeouts.ts';

test('a limit is shown with what it was multiplied by, and why', () => {
  expect(describeTimeout('timeout', 10, 6, 'TCG and lockdep')).toBe(
    '60 s (its timeout of 10 s × 6 for TCG and lockdep)',
  );
  expect(describeTimeout('deadline', 10, 2, '')).toBe('20 s (its deadline of 10 s × 2)');
  expect(describeTimeout('timeout', 10, 1, '')).toBe('its timeout of 10 s');
  expect(describeTimeout('timeout', 0.1, 3, 'TCG')).toBe('0.3 s (its timeout of 0.1 s × 3 for TCG)');
});
