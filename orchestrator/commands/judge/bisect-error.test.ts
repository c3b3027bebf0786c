import { expect, test } from 'vitest';
import { InfraError, UserError } from '../../model/errors.ts';
import { bisectErrorStatus } from './bisect-error.ts';

test('a commit that does not build is skipped, a wrong command line stops the bisection: neither is called bad', () => {
  expect(bisectErrorStatus(new UserError('it lacks an option', { code: 'config-unmet' }))).toBe(125);
  expect(bisectErrorStatus(new UserError('it came without modules', { code: 'kernel-lacks-driver' }))).toBe(125);
  expect(bisectErrorStatus(new InfraError('no disk', { code: 'disk-full' }))).toBe(125);
  expect(bisectErrorStatus(new UserError('unknown suite', { code: 'unknown-name' }))).toBe(255);
});
