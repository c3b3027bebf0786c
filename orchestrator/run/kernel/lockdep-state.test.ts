import { expect, test } from 'vitest';
import { judgeCoverage, parseLockdepStats, whySpent } from './lockdep-state.ts';

/** The rows of /proc/lockdep_stats that matter, in the form of kernel/locking/lockdep_proc.c. */
function stats(
  rows: {
    readonly debugLocks?: number;
    readonly classes?: number;
    readonly dependencies?: number;
    readonly chains?: number;
  } = {},
): string {
  const { debugLocks = 1, classes = 1592, dependencies = 9000, chains = 12_000 } = rows;
  return ` lock-classes:                         ${classes} [max: 8192]
 direct dependencies:                 ${dependencies} [max: 32768]
 indirect dependencies:               50413
 dependency chains:                   ${chains} [max: 65536]
 dependency chain hlocks used:        56200 [max: 327680]
 stack-trace entries:                 90000 [max: 524288]
 max locking depth:                      16
 max bfs queue depth:                   4090 [max: 4096]
 debug_locks:                             ${debugLocks}
`;
}

function state(rows: Parameters<typeof stats>[0] = {}) {
  const parsed = parseLockdepStats(stats(rows));
  if (!parsed) throw new Error('not read');
  return parsed;
}

test('a kernel without the validator has no state', () => {
  expect(parseLockdepStats('')).toBeUndefined();
  expect(parseLockdepStats('cat: /proc/lockdep_stats: No such file or directory\n')).toBeUndefined();
  expect(parseLockdepStats(' lock-classes: 12 [max: 8192]\n debug_locks: 1\n')).toBeUndefined();
});

test('a test is covered when lockdep was on at both ends, and its growth is reported', () => {
  expect(judgeCoverage(state(), state({ classes: 1600, dependencies: 9100, chains: 12_500 }))).toEqual({
    covered: true,
    classes: 1600,
    dependencies: 9100,
    chains: 12_500,
    grown: { classes: 8, dependencies: 100, chains: 500 },
  });
});

test('a test in which lockdep went off is not covered, nor one that began without it', () => {
  expect(judgeCoverage(state(), state({ debugLocks: 0 }))).toMatchObject({
    covered: false,
    reason: 'lockdep turned itself off during the test',
  });
  expect(judgeCoverage(state({ debugLocks: 0 }), state({ debugLocks: 0 }))).toMatchObject({
    covered: false,
    reason: 'lockdep was off before the test began',
  });
  expect(judgeCoverage(state(), undefined)).toMatchObject({
    covered: false,
    reason: 'the guest could not be asked after the test',
  });
});

test('a table that is about to fill spends the guest, a high-water mark does not', () => {
  expect(whySpent(state())).toBeUndefined();
  expect(whySpent(state({ classes: 7900 }))).toBe('a table of lockdep is full (lock-classes: 7900 of 8192)');
  expect(whySpent(state({ debugLocks: 0 }))).toBe('lockdep is off');
});

test.each([
  ['debug_locks', ' debug_locks:                             1\n', '', 'debug_locks, which is missing'],
  ['debug_locks', 'debug_locks:                             1', 'debug_locks: on', 'debug_locks: on'],
  ['a table', '1592 [max: 8192]', 'many', 'lock-classes:                         many'],
  ["a table's size", '[max: 65536]', '[max: no limit]', 'dependency chains:                   12000 [max: no limit]'],
])('a test is not covered when the line of %s cannot be read', (_, line, other, words) => {
  const odd = parseLockdepStats(stats().replace(line, other));
  if (!odd) throw new Error('a kernel with the validator');
  expect(judgeCoverage(state(), odd)).toMatchObject({
    covered: false,
    reason: `the kernel's /proc/lockdep_stats has a line that the rig cannot read: ${words}`,
  });
  expect(judgeCoverage(odd, state())).toMatchObject({ covered: false });
  expect(whySpent(odd)).toBeUndefined();
});

test('a line on which nothing depends may be anything', () => {
  expect(judgeCoverage(state(), parseLockdepStats(`${stats()} zapped classes: none\n what is this\n`)).covered).toBe(
    true,
  );
});
