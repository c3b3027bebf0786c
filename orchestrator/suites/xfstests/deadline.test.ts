import { expect, test } from 'vitest';
import { deadlineSec } from './deadline.ts';

test.each([
  [{ timeoutSec: 7 }, 100, true, 7],
  [{}, 100, true, 500],
  [{}, 4, false, 180],
  [{}, undefined, true, 180],
  [{}, undefined, false, 900],
])('%j, usually %s s, quick %s: hung after %d s', (spec, usualSec, isQuick, wanted) =>
  expect(deadlineSec({ spec, usualSec, isQuick })).toBe(wanted),
);
