import { expect, test } from 'vitest';
import type { ExecResult } from '../../model/guest.ts';
import { judgeCommand } from './judge.ts';

const ended = (over: Partial<ExecResult>) => judgeCommand({ exitCode: 0, signal: null, stdout: '', stderr: '', truncated: false, timedOut: false, durationMs: 1, ...over }, 30);

test('exit status 0 passes', () => expect(ended({})).toEqual({ status: 'pass' }));

test('exit status 4 skips, and the last line is the reason', () => {
  expect(ended({ exitCode: 4, stdout: 'looking\nno /dev/dax here\n' })).toEqual({ status: 'skip', message: 'no /dev/dax here' });
});

test('any other status fails with the last lines as evidence', () => {
  expect(ended({ exitCode: 3, stdout: 'a\n', stderr: 'b\n' })).toEqual({ status: 'fail', message: 'exit status 3', evidence: 'a\nb' });
});

test('a program that cannot be run says what to do', () => {
  expect(ended({ exitCode: 127 }).message).toBe('exit status 127 (command not found in the guest)');
  expect(ended({ exitCode: 126 }).message).toContain('chmod +x');
});

test('a signal fails', () => expect(ended({ exitCode: null, signal: 'SEGV' })).toEqual({ status: 'fail', message: 'the command was ended by signal SEGV' }));

test('a deadline is a hang, whatever the exit status', () => expect(ended({ exitCode: 0, timedOut: true, stdout: 'waiting' })).toMatchObject({ status: 'hang', evidence: 'waiting' }));

test('a failed TAP result fails even with exit status 0', () => {
  expect(ended({ stdout: 'TAP version 13\n1..2\nok 1 a\nnot ok 2 b\n' })).toMatchObject({
    status: 'fail',
    message: '1 of 2 subtests failed, the first is "b"',
    subtests: [{ name: 'a', status: 'pass' }, { name: 'b', status: 'fail' }],
  });
});

test('missing TAP results fail even with exit status 0', () => expect(ended({ stdout: 'TAP version 13\n1..2\nok 1 a\n' }).message).toMatch(/^its TAP output is broken: /));

test('TAP does not save a bad exit status', () => {
  expect(ended({ exitCode: 1, stdout: 'TAP version 13\n1..1\nok 1 a\n' })).toMatchObject({ status: 'fail', message: 'exit status 1', subtests: [{ name: 'a', status: 'pass' }] });
});

test('1..0 skips with its reason', () => expect(ended({ stdout: '1..0 # SKIP no pmem\n' })).toEqual({ status: 'skip', message: 'no pmem' }));
