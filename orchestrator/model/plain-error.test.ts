import { expect, test } from 'vitest';
import { describeError, InfraError, UserError } from './errors.ts';
import { fromPlainError, toPlainError } from './plain-error.ts';

const sent = (error: unknown): Error => fromPlainError(JSON.parse(JSON.stringify(toPlainError(error))));

test.each([
  [
    "the user's",
    new UserError('no such job', { code: 'no-job', remedy: 'name another', position: { file: 'm.yaml', line: 3 } }),
    UserError,
  ],
  ["the host's", new InfraError('the disk is full', { code: 'disk-full', remedy: 'free some space' }), InfraError],
  ['a bug', new TypeError('x is undefined'), Error],
])('an error that is sent says the same: %s', (_whose, error, kind) => {
  const back = sent(error);
  expect(back).toBeInstanceOf(kind);
  expect(describeError(back)).toBe(describeError(error));
  expect(back).toMatchObject('code' in error ? { code: error.code, remedy: error.remedy } : {});
});

test('a refusal of the file system is explained where it happened', () => {
  const refusal = Object.assign(new Error("EROFS: read-only file system, open '/runs/x'"), {
    code: 'EROFS',
    errno: -30,
    syscall: 'open',
    path: '/runs/x',
  });
  expect(describeError(sent(refusal))).toBe(describeError(refusal));
});

test('what is no error is sent as well', () => {
  expect(sent('stop')).toMatchObject({ message: 'stop' });
});
