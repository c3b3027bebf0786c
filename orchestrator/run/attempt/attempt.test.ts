import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GuestDeath, type GuestDeathKind, InfraError, KernelError, UserError } from '../../model/errors.ts';
import type { AttemptStatus } from '../../model/outcome.ts';
import { type AttemptGuest, endOf, resultOfError, underDeadline } from './attempt.ts';

const STATUSES: Readonly<Record<GuestDeathKind, AttemptStatus>> = {
  panic: 'crash',
  'power-off': 'crash',
  reset: 'crash',
  'ssh-lost': 'crash',
  stall: 'hang',
  'qemu-died': 'infra',
};

// The keys are complete by their type.
test.each(Object.entries(STATUSES) as [GuestDeathKind, AttemptStatus][])(
  'a guest that ended by %s makes its test a %s',
  (kind, status) =>
    expect(resultOfError(new GuestDeath(kind, 'it ended', 'its last words'))).toEqual({
      status,
      message: 'it ended',
      evidence: 'its last words',
    }),
);

test('a kernel that does not compile is a failure, the host’s faults and bugs of the rig are infra', () => {
  expect(resultOfError(new KernelError('no kernel', { code: 'no-build', evidence: 'error: x' }))).toMatchObject({
    status: 'fail',
    evidence: 'error: x',
  });
  expect(resultOfError(new InfraError('no room', { code: 'no-memory' })).status).toBe('infra');
  expect(resultOfError(new TypeError('x is undefined'))).toMatchObject({
    status: 'infra',
    message: expect.stringMatching(/^pmemrig itself failed: /) as string,
  });
});

test('the user’s error and a journal that takes nothing more are no result: they stop the run', () => {
  expect(() => resultOfError(new UserError('not a kernel', { code: 'no-kernel' }))).toThrow('not a kernel');
  expect(() => resultOfError(new InfraError('disk full', { code: 'journal-write' }))).toThrow('disk full');
});

/** A guest that says how long it has been paused; its commands are answered at once. */
function pausable() {
  const guest = {
    pausedMs: 0,
    isPaused: false,
    death: new Promise<never>(() => undefined),
    exec: async () => ({ stdout: 'stacks' }),
  };
  const deadlines = {
    // Only these parts of a guest are looked at.
    guest: guest as unknown as AttemptGuest,
    timeoutScale: 1,
    timeoutScaleWhy: '',
    signal: new AbortController().signal,
    what: 'the test',
  };
  return { guest, deadlines };
}

test('a deadline waits as long as the guest was paused', async () => {
  const { deadlines, guest } = pausable();
  guest.pausedMs = 5_000;
  const run = sleep(120).then(() => 'passed');
  setTimeout(() => (guest.pausedMs += 400), 20);
  expect(await underDeadline(run, { ...deadlines, timeoutMs: 60 })).toBe('passed');
  expect(await underDeadline(new Promise(() => undefined), { ...deadlines, timeoutMs: 60 })).toMatchObject({
    result: { status: 'hang', evidence: 'stacks' },
  });
});

test('a test that ends by its deadline while its guest is paused has not shown that the kernel hangs', async () => {
  const { deadlines, guest } = pausable();
  guest.isPaused = true;
  expect(await underDeadline(new Promise(() => undefined), { ...deadlines, timeoutMs: 20 })).toEqual({
    result: { status: 'infra', message: expect.stringMatching(/: its guest is paused$/) as string },
    guestUsable: false,
  });
});

test.each([
  ['guest-off', false],
  ['guest-paused', false],
  ['kernel-unheard', false],
  ['no-memory', true],
])('after an end by %s, that the guest serves further tests is %s', (code, guestUsable) => {
  expect(endOf(new InfraError('it ended', { code }))).toMatchObject({ result: { status: 'infra' }, guestUsable });
});
