import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isModestGlob, selectNames } from './globs.ts';

test('a shell user finds what to expect', () => {
  const names = ['ext4', 'ext4-dax', 'xfs-dax', 'e820', '6.12+'];
  expect([...selectNames(['{ext4,xfs}-dax'], names)]).toEqual(['ext4-dax', 'xfs-dax']);
  expect([...selectNames(['e820', 'ext?'], names)]).toEqual(['ext4', 'e820']);
  expect([...selectNames(['!e820'], names)]).toEqual(['ext4', 'ext4-dax', 'xfs-dax', '6.12+']);
  expect([...selectNames(['6.*+', 'ext[0-4]+'], names)]).toEqual(['6.12+']);
  expect([...selectNames(undefined, names)]).toEqual(names);
});

/**
 * A matcher that backtracks without end blocks its thread, out of reach of any timer: this interrupts it. The slowest
 * takes half a second of an idle core.
 */
function sizeInTime(glob: string): number {
  const select = (): number => selectNames([glob], ['debian-6.1', 'a'.repeat(64)]).size;
  return runInNewContext('select()', { select }, { timeout: 15_000 }) as number;
}

test('no modest glob throws or takes long, however odd', () => {
  const token = fc.constantFrom(
    '*',
    '?',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    ',',
    '!',
    '@',
    '+',
    '|',
    'a',
    '-',
    '.',
    '/',
    '\\',
    '^',
    '$',
    '..',
    '0',
    '1',
  );
  const glob = fc.array(token, { minLength: 1, maxLength: 30 }).map((tokens) => tokens.join(''));
  fc.assert(
    fc.property(
      glob.filter((text) => isModestGlob(text)),
      (text) => sizeInTime(text) >= 0,
    ),
    { numRuns: 1000 },
  );
});

test.each(['!(@)++..', '(a+)+b', String.raw`a\*`, '*a*a*a*a*a*a*b', '{{*a,*b},*c}*{*,*}b'])(
  '%s is not modest',
  (glob) => expect(isModestGlob(glob)).toBe(false),
);

test.each(['{{a,aa}+,a}+b', '[a]+[a]+[a]+[a]+[a]+[a]+b', '{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}b'])(
  '%s is matched at once',
  (glob) => expect(sizeInTime(glob)).toBe(0),
);
