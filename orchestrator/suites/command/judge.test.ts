import { expect, test } from 'vitest';
import type { ExecResult } from '../../model/guest.ts';
import { judgeCommand } from './judge.ts';

const ended = (over: Partial<ExecResult>, head = over.stdout ?? '') =>
  judgeCommand({ exitCode: 0, signal: null, stdout: '', stderr: '', truncated: false, timedOut: false, durationMs: 1, ...over }, { timeoutSec: 30, head });

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

test('what a script says before its TAP does not hide what failed', () =>
  expect(ended({ stdout: 'setting up\nTAP version 13\n1..2\nok 1 a\nnot ok 2 b\n' })).toMatchObject({ status: 'fail', subtests: [{ name: 'a' }, { name: 'b', status: 'fail' }] }));

test('missing TAP results fail even with exit status 0', () => expect(ended({ stdout: 'TAP version 13\n1..2\nok 1 a\n' }).message).toMatch(/^its TAP output is broken: /));

test('TAP does not save a bad exit status', () => {
  expect(ended({ exitCode: 1, stdout: 'TAP version 13\n1..1\nok 1 a\n' })).toMatchObject({ status: 'fail', message: 'exit status 1', subtests: [{ name: 'a', status: 'pass' }] });
});

test('1..0 skips with its reason', () => expect(ended({ stdout: '1..0 # SKIP no pmem\n' })).toEqual({ status: 'skip', message: 'no pmem' }));

test('an end without exit status or signal is told as lost', () => expect(ended({ exitCode: null })).toEqual({ status: 'fail', message: "the command's exit status was lost" }));

test('a hang keeps the results that were printed before it', () => {
  const stdout = 'KTAP version 1\n1..2\n    KTAP version 1\n    # Subtest: dax\n    1..3\n    ok 1 map\n    not ok 2 sync\n    ok 3 fl';
  expect(ended({ exitCode: null, signal: 'KILL', timedOut: true, stdout })).toMatchObject({
    status: 'hang',
    subtests: [{ name: 'dax/map', status: 'pass' }, { name: 'dax/sync', status: 'fail' }, { name: 'dax/fl' }],
  });
});

test('TAP whose beginning was dropped does not pass for plain output', () => {
  expect(ended({ truncated: true, stdout: 'ok 70000 z\n' }, 'TAP version 13\n')).toMatchObject({ status: 'fail', message: 'its TAP output is too long to be read whole' });
});

test('of thousands of broken lines a message names three', () => {
  const { message } = ended({ stdout: `TAP version 13\n1..1\n${'ok 1 a\n'.repeat(1000)}` });
  expect(message).toMatch(/^its TAP output is broken: .*; and \d+ more$/);
  expect(message?.length).toBeLessThan(300);
});
