import { expect, test } from 'vitest';
import { alignColumns } from './align-columns.ts';

test('columns stand below each other by what a terminal shows, and the last one is ragged', () => {
  expect(
    alignColumns([
      ['NAME', 'TIME', 'WHY'],
      ['日本語', '1 s', 'wide'],
      ['e\u0301te\u0301', '12 s', ''],
    ]),
  ).toEqual(['NAME    TIME  WHY', '日本語  1 s   wide', 'e\u0301te\u0301     12 s  ']);
});

test('no rows are no lines', () => {
  expect(alignColumns([])).toEqual([]);
});
