import { expect, test } from 'vitest';
import { formatProfile } from './profile-table.ts';

const ROWS = [
  { phase: 'kernel to init', wallMs: 1500, count: 2, sumMs: 3000, medianMs: 1500, maxMs: 2000 },
  { phase: 'not accounted for', wallMs: 500, count: 0, sumMs: 500, medianMs: 500, maxMs: 500 },
];

test('a run with one guest has a column of times and their shares', () => {
  const profile = { wallMs: 2000, firstTestMs: 1600, rows: ROWS, manyGuests: false };
  expect(formatProfile(profile, { cpuMs: 900 })).toEqual([
    'where the time went: 2s, first test after 1.6s, CPU time of the controller 900ms',
    '  PHASE                MS   SHARE',
    '  kernel to init     1500  75.0 %',
    '  not accounted for   500  25.0 %',
  ]);
});

test('of many guests each phase has count, sum, median and maximum', () => {
  expect(formatProfile({ wallMs: 2000, rows: ROWS, manyGuests: true })).toEqual([
    'where the time went: 2s',
    '  PHASE                MS   SHARE  COUNT   SUM  MEDIAN   MAX',
    '  kernel to init     1500  75.0 %      2  3000    1500  2000',
    '  not accounted for   500  25.0 %',
  ]);
});
