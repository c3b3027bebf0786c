import { expect, test } from 'vitest';
import type { KernelDifferences } from './kernel-differences.ts';
import { listDifferences } from './list-differences.ts';

const list = (differences: Partial<KernelDifferences>) => listDifferences({ base: 'old', now: 'new', ...differences });

test('kernels that differ in nothing but their tests have no list', () => {
  expect(list({ brokenBetween: [], warnings: { fresh: [], gone: [] } })).toEqual([]);
});

test('each list says how long it is, and what broke says why where that is known', () => {
  expect(
    list({
      brokenBetween: [
        { cell: 'c', test: 'a', patch: 'one', message: 'it broke' },
        { cell: 'c', test: 'b', patch: 'two' },
      ],
      warnings: {
        fresh: [{ file: 'fs/dax.c', line: 3, text: 'unused', patch: 'one' }],
        gone: [{ file: 'fs/dax.c', line: 9, text: 'old' }],
      },
      lockClasses: { cells: 2, fresh: ['a_lock'], gone: ['b_lock'] },
    }),
  ).toEqual([
    {
      title: 'broken on the way, whole again with the last patch (2)',
      lines: ['a in c: broken by one: it broke', 'b in c: broken by two'],
    },
    { title: 'new compiler warnings (1)', lines: ['fs/dax.c:3: unused, by one'] },
    { title: 'compiler warnings that are gone (1)', lines: ['fs/dax.c:9: old'] },
    { title: 'lock classes that new alone met, of 2 cells compared (1)', lines: ['a_lock'] },
    { title: 'lock classes that old alone met (1)', lines: ['b_lock'] },
  ]);
});

test('of a long list twenty lines are shown, and the rest is counted', () => {
  const names = Array.from({ length: 23 }, (_, index) => `lock${index}`);
  expect(list({ lockClasses: { cells: 1, fresh: names, gone: names.slice(0, 20) } })).toEqual([
    {
      title: 'lock classes that new alone met, of 1 cell compared (23)',
      lines: [...names.slice(0, 20), '… 3 more'],
    },
    { title: 'lock classes that old alone met (20)', lines: names.slice(0, 20) },
  ]);
});
