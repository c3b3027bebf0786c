import { expect, test } from 'vitest';
import { nearestSuite } from './debian-suites.ts';

test.each([
  ['bokworm', 'bookworm'],
  ['bookworm-backport', 'bookworm-backports'],
  ['Trixie', 'trixie'],
  ['tetsing', 'testing'],
])('%s was meant as %s', (wrong, right) => expect(nearestSuite(wrong)).toBe(right));

test.each([
  'sid',
  'testing',
  'bookworm',
  'bookworm-backports',
  'trixie-security',
  'buster',
  'bookworm-backports-sloppy',
  'rc-buggy',
])('%s is taken as it is', (suite) => expect(nearestSuite(suite)).toBeUndefined());
