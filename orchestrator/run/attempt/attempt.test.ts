import { expect, test } from 'vitest';
import { GuestDeath, type GuestDeathKind, InfraError, KernelError, UserError } from '../../model/errors.ts';
import type { AttemptStatus } from '../../model/outcome.ts';
import { resultOfError } from './attempt.ts';

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
