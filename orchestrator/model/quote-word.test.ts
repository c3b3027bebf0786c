import { expect, test } from 'vitest';
import { quoteWord } from './quote-word.ts';

test('plain words stay readable', () => {
  expect(['ndctl', '-M', '/dev/pmem0', 'a=b', 'base,patched', '', "it's", '$x'].map(quoteWord)).toEqual([
    'ndctl',
    '-M',
    '/dev/pmem0',
    'a=b',
    'base,patched',
    "''",
    String.raw`'it'\''s'`,
    "'$x'",
  ]);
});
