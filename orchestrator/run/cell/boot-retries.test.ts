import { expect, test } from 'vitest';
import { BootRetries } from './boot-retries.ts';

const ample = { left: true };

/** What `left` and `follow` say before each failure. */
function follow(retries: BootRetries, failures: readonly ('kernel' | 'host')[]): boolean[] {
  return failures.map((failure) => {
    const follows = retries.follow(failure);
    retries.count(failure);
    expect(retries.left).toBe(follows);
    return follows;
  });
}

test('a kernel that does not boot is tried again as often as the run retries', () => {
  expect(follow(new BootRetries(0, ample), ['kernel'])).toEqual([false]);
  expect(follow(new BootRetries(2, ample), ['kernel', 'kernel', 'kernel'])).toEqual([true, true, false]);
});

test('the host may fail twice beside these, at any time', () => {
  expect(follow(new BootRetries(0, ample), ['host', 'host', 'host'])).toEqual([true, true, false]);
  expect(follow(new BootRetries(1, ample), ['host', 'kernel', 'host', 'host'])).toEqual([true, true, true, false]);
});

test('a cell without guests left boots none', () => {
  const retries = new BootRetries(5, { left: false });
  expect([retries.follow('kernel'), retries.follow('host')]).toEqual([false, false]);
});
