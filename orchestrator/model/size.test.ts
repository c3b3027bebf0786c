import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSize, parseSize } from './size.ts';

test.each([
  ['1G', 2 ** 30],
  ['512M', 512 * 2 ** 20],
  ['2MiB', 2 * 2 ** 20],
  ['1.5g', 1.5 * 2 ** 30],
  ['4096', 4096],
])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

test.each(['', 'G', '1X', '-1G', '1G1', '0.3', '1e9'])('%j is no size', (text) =>
  expect(parseSize(text)).toBeUndefined(),
);

test('what is formatted parses back', () => {
  fc.assert(fc.property(fc.nat(), (bytes) => parseSize(formatSize(bytes)) === bytes));
});
