import { describe, expect, test } from 'vitest';
import { parseGroupList } from './group-list.ts';
import { selectTests } from './select-tests.ts';

const CATALOGUE = new Map(
  Object.entries({
    ext4: '# comment\n001 auto quick dax\n',
    generic: '\n099 auto dax\n100 auto quick dax\n1000-long auto\n100 stress\n',
    selftest: '005 dangerous_selftest\n',
    xfs: '001 auto quick\n002 xfsonly\n',
  }).map(([folder, text]) => [folder, parseGroupList(folder, text)]),
);

const select = (
  type: 'ext4' | 'xfs' | 'ext2',
  groups: readonly string[],
  tests: readonly string[] = [],
): readonly string[] => selectTests(CATALOGUE, { groups, tests }, type).map(({ name }) => name);

test('a line that names a test again adds to its groups, and no test comes twice', () => {
  expect(CATALOGUE.get('generic')?.map(({ name, groups }) => [name, ...groups])).toEqual([
    ['generic/099', 'auto', 'dax'],
    ['generic/100', 'auto', 'quick', 'dax', 'stress'],
    ['generic/1000-long', 'auto'],
  ]);
});

describe('what runs', () => {
  test.each([
    ['ext4', ['dax'], ['ext4/001', 'generic/099', 'generic/100']],
    ['ext2', ['dax'], ['ext4/001', 'generic/099', 'generic/100']],
    ['xfs', ['quick'], ['generic/100', 'xfs/001']],
    ['xfs', ['generic/quick'], ['generic/100']],
    ['ext4', ['xfs/quick'], ['xfs/001']],
    ['ext4', ['auto & !quick'], ['generic/099', 'generic/1000-long']],
    ['ext4', ['stress', 'quick'], ['ext4/001', 'generic/100']],
    ['xfs', ['selftest/dangerous_selftest'], ['selftest/005']],
    ['xfs', ['all'], ['generic/099', 'generic/100', 'generic/1000-long', 'xfs/001', 'xfs/002']],
  ] as const)('%s of %j', (type, groups, wanted) => expect(select(type, groups)).toEqual(wanted));

  test('single tests beside groups, each once, but for those of another file system', () => {
    expect(select('ext4', ['dax'], ['xfs/002', 'generic/100', 'generic/1000-long', 'selftest/005'])).toEqual([
      'ext4/001',
      'generic/099',
      'generic/100',
      'generic/1000-long',
      'selftest/005',
    ]);
    expect(select('ext2', [], ['ext4/001', 'xfs/001'])).toEqual(['ext4/001']);
    expect(select('ext4', [], ['xfs/002'])).toEqual([]);
  });
});

test.each([
  [['qick'], [], 'no group qick'],
  [['btrfs/quick'], [], 'no folder of tests btrfs'],
  [[], ['generic/101'], 'no test generic/101'],
])('%j and %j are refused', (groups, tests, why) =>
  expect(() => select('ext4', groups, tests)).toThrow(`the xfstests tree has ${why}`),
);
