import fc from 'fast-check';
import { expect, test } from 'vitest';
import { code, plain, tableRow } from './markdown-text.ts';

/**
 * The cells of a row as GitHub's parser splits it (cmark-gfm). It splits at each pipe that no backslash escapes; a
 * backslash also escapes another one.
 */
function splitRow(row: string): readonly string[] {
  return Array.from(row.matchAll(/((?:\\[\\|]|[^|\n])*)\|/g), ([, cell = '']) => cell).slice(1);
}

test.each([
  ['a|b', String.raw`| a\|b | z |`],
  [String.raw`a\|b`, String.raw`| a\|b | z |`],
  [String.raw`a\\|b`, String.raw`| a\\\|b | z |`],
  ['||', String.raw`| \|\| | z |`],
])('the pipe in %j parts no cells', (cell, row) => expect(tableRow([cell, 'z'])).toBe(row));

test('a row has as many cells as columns, whatever is in them', () => {
  const text = fc
    .array(fc.constantFrom('|', '\\', '`', '``', 'a', ' ', '\n', '*', '<b>', '&', '\u0000'), { maxLength: 12 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (first, second) => {
      expect(splitRow(tableRow([code(first), plain(second), 'z']))).toHaveLength(3);
    }),
  );
});
