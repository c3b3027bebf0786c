import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWordFinder } from './word-finder.ts';

test('it finds the line of a word exactly where there is one', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'A', ':'), minLength: 5, maxLength: 8 }), {
    minLength: 1,
    maxLength: 12,
  });
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'A', ':'), maxLength: 30 }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(words, lines, (sought, texts) => {
      const finder = createWordFinder(sought);
      const bytes = Buffer.from(texts.join('\n'));
      const at = finder.find(bytes, 0, bytes.length);
      const expected = texts.findIndex((text) => sought.some((word) => text.includes(word)));
      expect(new Set(finder.list(bytes, 0, bytes.length))).toEqual(
        new Set(sought.flatMap((word, index) => (texts.some((text) => text.includes(word)) ? [index] : []))),
      );
      expect(at === -1 ? -1 : bytes.subarray(0, at).filter((byte) => byte === 10).length).toBe(expected);
    }),
  );
});

test('a word that is too short for it is refused', () => {
  expect(() => createWordFinder(['BUG: ', 'BUG'])).toThrow('too short: "BUG"');
});
