import { expect, test } from 'vitest';
import { readConsoleLine } from './console-line.ts';

const read = (line: string, stamped = true) =>
  readConsoleLine(line, stamped).map(({ text, timeSec, caller }) => [timeSec, caller, text]);

test('a line is split wherever the kernel began to print, before anything else is done to it', () => {
  expect(read('dots ...[    5.000001][   T12] BUG: x')).toEqual([
    [undefined, undefined, 'dots ...'],
    [5.000001, 'T12', 'BUG: x'],
  ]);
  // Half an escape sequence, a stamp's beginning, a carriage return.
  expect(read('\u001b[[    5.000001] BUG: x').at(-1)).toEqual([5.000001, undefined, 'BUG: x']);
  expect(read('[    4.9[    5.000001] BUG: x').at(-1)).toEqual([5.000001, undefined, 'BUG: x']);
  expect(read('50 %\r[    5.000001] BUG: x\r').at(-1)).toEqual([5.000001, undefined, 'BUG: x']);
  expect(read('[    4.000001] a[    5.000001] b[    6.000001] c')).toEqual([
    [4.000001, undefined, 'a'],
    [5.000001, undefined, 'b'],
    [6.000001, undefined, 'c'],
  ]);
});

test('a level before the stamp is no line of its own', () => {
  expect(read('<4>[    5.000001] x')).toEqual([[5.000001, undefined, 'x']]);
  expect(read('<4>[    5.000001] x\r')).toEqual([[5.000001, undefined, 'x']]);
});

test.each([
  'Jan  1 00:00:01 guest kernel: ',
  '[Thu Jan  1 00:00:01 2026] ',
  '[Jan 1 00:00] '.replace('1', ' 1'),
  '[  +0.000003] ',
  '[  221.000001 <    0.000001>] ',
  '2026-01-01T00:00:01,123456+00:00 ',
  '4,801,214000001,-,caller=T77;',
])(
  'what a program collected with %j before it is what the kernel said where its own lines have no stamps, and left out where they have',
  (prefix) => {
    expect(read(`${prefix}BUG: x`, false)).toEqual([[undefined, undefined, 'BUG: x']]);
    expect(read(`${prefix}BUG: x`)).toEqual([]);
  },
);
