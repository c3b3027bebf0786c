import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutMiddle, wrapText } from './wrap-text.ts';

const words = fc.array(fc.stringMatching(/^[!-~]{1,90}$/), { maxLength: 40 });

test('every word is there in its order, and only a word too long makes a line too long', () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 0, max: 12 }), (list, indent) => {
      const lines = wrapText(list.join(' '), { first: ' '.repeat(indent) });
      expect(
        lines
          .join(' ')
          .split(/\s+/)
          .filter((word) => word !== ''),
      ).toEqual(list);
      for (const line of lines) expect(line.length <= 72 || !line.trim().includes(' ')).toBe(true);
    }),
  );
});

test('a name that is cut keeps both ends, and fits', () => {
  expect(cutMiddle('lockdep/fsync-writers-64', 15)).toBe('lockde...ers-64');
  fc.assert(
    fc.property(fc.string(), fc.nat(40), (name, width) => {
      expect(cutMiddle(name, width).length).toBeLessThanOrEqual(width);
    }),
  );
});

test('a line begins with no word that a mail reads as a mark: the word before goes down with it', () => {
  expect(wrapText(`${'a'.repeat(60)} bbbb --- cccc`, { width: 66 })).toEqual(['a'.repeat(60), 'bbbb --- cccc']);
  expect(wrapText('aaaa bbbb --- diff cccc', { width: 14 })).toEqual(['aaaa', 'bbbb --- diff', 'cccc']);
  expect(wrapText('--- --- --- ---', { width: 8 })).toEqual(['--- --- --- ---']);
  expect(wrapText('aaaa bbbb --- cccc', { width: 10, first: '> ', rest: '> ' })).toEqual([
    '> aaaa',
    '> bbbb ---',
    '> cccc',
  ]);
});
