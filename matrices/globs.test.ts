import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isModestGlob, selectNames } from './globs.ts';

test('a shell user finds what to expect', () => {
  const names = ['ext4', 'ext4-dax', 'xfs-dax', 'e820'];
  expect([...selectNames(['{ext4,xfs}-dax'], names)]).toEqual(['ext4-dax', 'xfs-dax']);
  expect([...selectNames(['e820', 'ext?'], names)]).toEqual(['ext4', 'e820']);
  expect([...selectNames(['!(e820)'], names)]).toEqual(['ext4', 'ext4-dax', 'xfs-dax']);
  expect([...selectNames(undefined, names)]).toEqual(names);
});

test('no modest glob throws or takes long, however odd', () => {
  const token = fc.constantFrom('*', '?', '[', ']', '(', ')', '{', '}', ',', '!', '@', '+', '|', 'a', '-', '.', '/', '\\', '^', '$', '..', '0', '1');
  const glob = fc.array(token, { minLength: 1, maxLength: 30 }).map((tokens) => tokens.join(''));
  fc.assert(
    fc.property(
      glob.filter((text) => isModestGlob(text)),
      (text) => selectNames([text], ['debian-6.1', 'a'.repeat(64)]).size >= 0,
    ),
    { numRuns: 1000 },
  );
  expect(selectNames(['*a*a*a*a*a*b'], ['a'.repeat(64)]).size).toBe(0);
});
