import { expect, test } from 'vitest';
import { oneLine } from './one-line.ts';

test.each([
  ['control characters become one blank', 'a\u0000\t\nb', 'a b'],
  ['terminal codes are gone', '\u001B[31mred\u001B[0m', 'red'],
  ['what is too long is cut, visibly', 'x'.repeat(50), `${'x'.repeat(19)}…`],
])('%s', (_rule, text, expected) => expect(oneLine(text, 20)).toBe(expected));
