import { expect, test } from 'vitest';
import { groupsIn, parseGroupExpression } from './group-expression.ts';

const holds = (text: string, ...groups: readonly string[]): boolean =>
  parseGroupExpression(text)((group) => groups.includes(group));

test.each([
  ['dax', ['dax'], true],
  ['dax', ['quick'], false],
  ['quick & !dangerous', ['quick'], true],
  ['quick&!dangerous', ['quick', 'dangerous'], false],
  ['dax | mmap & auto', ['dax'], true],
  ['(dax | mmap) & auto', ['dax'], false],
  ['!!dax', ['dax'], true],
  ['all & !fuzzers_norepair', ['fuzzers'], true],
  ['generic/quick', ['generic/quick'], true],
  ['  dax  ', ['dax'], true],
])('%s on a test of %j: %s', (text, groups, wanted) => expect(holds(text, ...groups)).toBe(wanted));

test.each([
  ['dax &', 'it ends where a group should stand'],
  ['& dax', '"&" stands where a group should'],
  ['dax quick', '"quick" is not expected there'],
  ['(dax | quick', 'a ")" is missing'],
  ['dax)', '")" is not expected there'],
  ['dax, quick', '"," is no part of a group\'s name'],
  ['', 'it ends where a group should stand'],
])('%j is refused: %s', (text, why) => expect(() => parseGroupExpression(text)).toThrow(why));

test('the groups that an expression names', () =>
  expect(groupsIn('all & !(dax | generic/quick)')).toEqual(['dax', 'generic/quick']));
