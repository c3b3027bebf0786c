import { expect, test } from 'vitest';
import { countSubordinateIds, parseMeminfo, parseOsRelease } from './parse-facts.ts';

test('os-release: values may be quoted or bare, and ID comes before what it is like', () => {
  const text =
    'PRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"\nNAME=Rocky\nID="rocky"\nID_LIKE="rhel centos fedora"\n# PRETTY_NAME=x\n';
  expect(parseOsRelease(text)).toEqual({
    prettyName: 'Rocky Linux 9.4 (Blue Onyx)',
    distributions: ['rocky', 'rhel', 'centos', 'fedora'],
  });
});

test('os-release: its defaults hold where it says nothing', () => {
  expect(parseOsRelease('')).toEqual({ prettyName: 'Linux', distributions: ['linux'] });
});

test('meminfo counts in KiB', () => {
  const text = 'MemTotal:       24684404 kB\nMemFree:          512 kB\nMemAvailable:   23981752 kB\n';
  expect(parseMeminfo(text)).toEqual({ totalBytes: 24684404 * 1024, availableBytes: 23981752 * 1024 });
});

test('subordinate ids are listed by name or by number, and add up', () => {
  const text = 'ann:100000:65536\nbob:165536:65536\n1001:300000:1000\n';
  expect(countSubordinateIds(text, { name: 'ann', uid: 1001 })).toBe(66536);
  expect(countSubordinateIds(text, { name: 'eve', uid: 1003 })).toBe(0);
});
