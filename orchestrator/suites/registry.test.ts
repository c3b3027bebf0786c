import { expect, test } from 'vitest';
import { offeredNames, suiteFor, suiteTitles } from './registry.ts';

test('a kind that a later version of the rig has is named', () =>
  expect(() => suiteFor({ kind: 'powercut' })).toThrow('this version of the rig has no suite of the kind powercut'));

test('the loader gets the jobs of fio', () => expect(offeredNames()['fio']).toContain('dax-mmap-read'));

test('an answer to a series names the suites that it missed, but neither programs of the user nor the selftest', () =>
  expect(suiteTitles()).toEqual([
    ['dax', 'the rules of DAX'],
    ['fio', 'fio'],
    ['flush', 'durability (the rules of flush)'],
    ['lockdep', 'the lockdep exercises'],
    ['xfstests', 'xfstests'],
  ]));
