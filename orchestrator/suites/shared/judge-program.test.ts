import { expect, test } from 'vitest';
import type { ExecResult } from '../../model/guest.ts';
import { describeTimeout } from '../../model/timeouts.ts';
import { judgeProgram } from './judge-program.ts';

const ended = (over: Partial<ExecResult>) =>
  judgeProgram(
    { exitCode: 0, signal: null, stdout: '', stderr: '', truncated: false, timedOut: false, durationMs: 1, ...over },
    { timeout: describeTimeout('timeout', 30, 1, '') },
  );

test('exit status 0 passes', () => expect(ended({})).toEqual({ status: 'pass' }));

test('exit status 4 skips, and the last line is the reason', () => {
  expect(ended({ exitCode: 4, stdout: 'looking\nno /dev/dax here\n' })).toEqual({
    status: 'skip',
    message: 'no /dev/dax here',
  });
});

test('any other status fails with the last lines as evidence', () => {
  expect(ended({ exitCode: 3, stdout: 'a\n', stderr: 'b\n' })).toEqual({
    status: 'fail',
    message: 'exit status 3',
    evidence: 'a\nb',
  });
});

test('a program that cannot be run says what to do', () => {
  expect(ended({ exitCode: 127 }).message).toBe('exit status 127 (command not found in the guest)');
  expect(ended({ exitCode: 126 }).message).toContain('chmod +x');
});

test.each([
  [135, 'exit status 135 (128 + SIGBUS)'],
  [137, 'exit status 137 (128 + SIGKILL)'],
  [162, 'exit status 162 (128 + SIGRTMIN)'],
  [255, 'exit status 255'],
])('exit status %i is described as a shell means it', (exitCode, message) =>
  expect(ended({ exitCode })).toMatchObject({ status: 'fail', message }),
);

test('a signal fails', () =>
  expect(ended({ exitCode: null, signal: 'SEGV' })).toEqual({
    status: 'fail',
    message: 'the command was ended by signal SEGV',
  }));

test('a deadline is a hang, whatever the exit status', () =>
  expect(ended({ exitCode: 0, timedOut: true, stdout: 'waiting' })).toMatchObject({
    status: 'hang',
    evidence: 'waiting',
  }));

test('a failed TAP result fails even with exit status 0', () => {
  expect(ended({ stdout: 'TAP version 13\n1..2\nok 1 a\nnot ok 2 b\n' })).toMatchObject({
    status: 'fail',
    message: '1 of 2 subtests failed, the first is "b"',
    subtests: [
      { name: 'a', status: 'pass' },
      { name: 'b', status: 'fail' },
    ],
  });
});

test('what a script says before its TAP does not hide what failed', () =>
  expect(ended({ stdout: 'setting up\nTAP version 13\n1..2\nok 1 a\nnot ok 2 b\n' })).toMatchObject({
    status: 'fail',
    subtests: [{ name: 'a' }, { name: 'b', status: 'fail' }],
  }));

test('missing TAP results fail even with exit status 0', () =>
  expect(ended({ stdout: 'TAP version 13\n1..2\nok 1 a\n' }).message).toMatch(/^its TAP output is broken: /));

test('TAP does not save a bad exit status', () => {
  expect(ended({ exitCode: 1, stdout: 'TAP version 13\n1..1\nok 1 a\n' })).toMatchObject({
    status: 'fail',
    message: 'exit status 1',
    subtests: [{ name: 'a', status: 'pass' }],
  });
});

test('1..0 skips with its reason', () =>
  expect(ended({ stdout: '1..0 # SKIP no pmem\n' })).toEqual({ status: 'skip', message: 'no pmem' }));

test('a status that may be a signal fails, unless it would be a skip', () => {
  expect(ended({ exitCode: 6, orSignal: 'SIGABRT' })).toEqual({
    status: 'fail',
    message: 'exit status 6, or SIGABRT (the guest kept no record of which)',
  });
  expect(ended({ exitCode: 4, orSignal: 'SIGILL' })).toEqual({
    status: 'infra',
    message: 'exit status 4 (a skip), or SIGILL (the guest kept no record of which)',
  });
  expect(ended({ exitCode: 4, orSignal: 'SIGILL', stdout: 'not ok 1 a\n' })).toMatchObject({ status: 'fail' });
});

test('an end without exit status or signal is reported as lost', () =>
  expect(ended({ exitCode: null })).toEqual({ status: 'fail', message: "the command's exit status was lost" }));

test('a hang keeps the results that were printed before it', () => {
  const stdout =
    'KTAP version 1\n1..2\n    KTAP version 1\n    # Subtest: dax\n    1..3\n    ok 1 map\n    not ok 2 sync\n    ok ' +
    '3 fl';
  expect(ended({ exitCode: null, signal: 'KILL', timedOut: true, stdout })).toMatchObject({
    status: 'hang',
    subtests: [{ name: 'dax/map', status: 'pass' }, { name: 'dax/sync', status: 'fail' }, { name: 'dax/fl' }],
  });
});

test.each(['ok 70000 z\n', 'not ok 70000 z\n', 'ok\n'])(
  'where the beginning of the output was dropped, %j does not pass for all of it',
  (stdout) => {
    expect(ended({ truncated: true, stdout })).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/^its TAP output is broken: the output is too long to be read whole/) as string,
    });
  },
);

test('plain output of any length is judged by its exit status', () =>
  expect(ended({ truncated: true, stdout: 'hello\n' })).toEqual({ status: 'pass' }));

test('what is missing is said before what failed', () => {
  expect(ended({ stdout: '1..5\nok 1 a\nnot ok 2 b\n' }).message).toBe(
    'its TAP output is broken: 3 of 5 results are missing, the first is number 3; 1 of 2 subtests failed, the first ' +
      'is "b"',
  );
});

test('a line separator in a name hides nothing', () => {
  const stdout = `1..14\n${Array.from({ length: 14 }, (_, index) => `not ok ${index + 1} ${index === 7 ? 'a\u2028b' : 'c'}\n`).join('')}`;
  expect(ended({ stdout }).message).toBe('14 of 14 subtests failed, the first is "c"');
});

test('a command of which nothing ran is a skip with its reasons', () => {
  expect(ended({ stdout: 'TAP version 13\n1..2\nok 1 a # SKIP no pmem\nok 2 b # SKIP no pmem\n' })).toMatchObject({
    status: 'skip',
    message: 'no pmem',
    subtests: [{ status: 'skip' }, { status: 'skip' }],
  });
  expect(ended({ stdout: '1..2\nok 1 a # SKIP no pmem\nok 2 b # SKIP no DAX\n' })).toMatchObject({
    status: 'skip',
    message: 'no pmem; no DAX',
  });
  expect(ended({ stdout: '1..2\nok 1 a # SKIP no pmem\nok 2 b\n' })).toMatchObject({ status: 'pass' });
  expect(ended({ stdout: '1..1\nok 1 a # XFAIL known\n' })).toMatchObject({ status: 'pass' });
});

test('exit status 4 is explained by the results, where they are skips', () => {
  const stdout =
    'TAP version 13\n1..3\nok 1 a\nok 2 # SKIP no huge pages\n# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:1 error:0\n';
  expect(ended({ exitCode: 4, stdout })).toMatchObject({ status: 'skip', message: 'no huge pages' });
  expect(
    ended({ exitCode: 4, stdout: stdout.replace('ok 2 #', 'not ok 2 b\nok 3 #').replace('1..3', '1..4') }).message,
  ).toBe('1 of 3 subtests failed, the first is "b"');
  expect(ended({ exitCode: 4, stdout: '1..3\nok 1 a\n' }).message).toBe(
    'its TAP output is broken: 2 of 3 results are missing, the first is number 2',
  );
});

test('a line "not ok" that is no result is remarked on', () => {
  expect(ended({ stdout: 'not ok, trying again\n' })).toEqual({
    status: 'pass',
    message: 'a line begins with "not ok" outside of any results: "not ok, trying again"',
  });
});

test('a reason to skip is kept, however the command ends', () => {
  expect(ended({ exitCode: 1, stdout: '1..0 # SKIP no pmem\n' }).message).toBe(
    'exit status 1: its TAP output says SKIP: no pmem',
  );
  expect(
    ended({ stdout: 'TAP version 13\n1..0 # SKIP no pmem\nTAP version 13\n1..1\nok 1 a # SKIP no DAX\n' }),
  ).toMatchObject({ status: 'skip', message: 'no DAX; a part was skipped: no pmem' });
  expect(ended({ stdout: '1..5 # SKIP no pmem\n' }).message).toBe(
    'its TAP output is broken: 5 of 5 results are missing, the first is number 1; the plan says SKIP no pmem',
  );
});

test('the reason of a part that was skipped is kept where others ran', () => {
  expect(ended({ stdout: 'TAP version 13\n1..0 # SKIP no pmem\nTAP version 13\n1..1\nok 1 a\n' })).toEqual({
    status: 'pass',
    message: 'a part was skipped: no pmem',
    subtests: [{ name: 'a', status: 'pass' }],
  });
});

test('of thousands of broken groups a message names three', () => {
  const groups = Array.from(
    { length: 2000 },
    (_, index) => `  KTAP version 1\n  1..2\n  ok 1 a\nok ${index + 1} ${'group'.repeat(100)}\n`,
  ).join('');
  const { message } = ended({ stdout: `KTAP version 1\n1..2000\n${groups}` });
  expect(message).toMatch(/^its TAP output is broken: .*; and 997 more; 2000 of 4000 subtests failed, the first is /);
  expect(message?.length).toBeLessThan(2000);
});
