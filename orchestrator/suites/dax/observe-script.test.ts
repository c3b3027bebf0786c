import { expect, test } from 'vitest';
import { readSeen } from './observe-script.ts';

test('what a script saw are numbers, yes or no, and words, by names that may have blanks', () => {
  const output = [
    'saw file is DAX = yes',
    'noise = 7',
    'saw mounted = no',
    'saw pages found = 12',
    'saw mmap = EOPNOTSUPP',
    'saw message = a = b',
    'saw nothing = ',
  ].join('\n');
  expect(readSeen(output)).toEqual({
    'file is DAX': true,
    mounted: false,
    'pages found': 12,
    mmap: 'EOPNOTSUPP',
    message: 'a = b',
    nothing: '',
  });
});
