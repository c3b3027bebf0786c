import { expect, test } from 'vitest';
import { judgeExercise } from './judge.ts';

const end = (exitCode: number | null, stdout: string, stderr = '', signal: string | null = null) =>
  judgeExercise({ exitCode, signal, stdout, stderr });

test('an exercise that counted its load passes with the counts as metrics', () => {
  expect(end(0, 'count fsync 12\nsome words\ncount dsync-write 3\n')).toEqual({
    status: 'pass',
    metrics: [
      { name: 'fsync', value: 12, unit: 'count', better: 'neither' },
      { name: 'dsync-write', value: 3, unit: 'count', better: 'neither' },
    ],
  });
});

test.each([
  [
    'load that never happened fails, whatever the exit status says',
    0,
    'count cycle 4\ncount write 0\ncount read 0\n',
    'the exercise did nothing of: write, read',
  ],
  ['a pass without any count fails', 0, 'all well\n', 'the exercise counted nothing that it did'],
  ['a failure in its own words', 1, 'count cycle 4\nFAIL: umount: target is busy\n', 'umount: target is busy'],
  ['a failure without words', 2, '', 'the exercise ended with exit status 2: sh: syntax error'],
])('%s', (_rule, status, stdout, message) => {
  expect(end(status, stdout, 'sh: syntax error\n')).toMatchObject({ status: 'fail', message });
});

test('exit status 4 skips with the last line as the reason', () => {
  expect(end(4, 'looking\nthe kernel has no driver kmem (CONFIG_DEV_DAX_KMEM)\n')).toEqual({
    status: 'skip',
    message: 'the kernel has no driver kmem (CONFIG_DEV_DAX_KMEM)',
  });
});

test('a signal and a lost status are failures', () => {
  expect(end(null, '', '', 'KILL').message).toBe('the exercise was ended by signal KILL');
  expect(end(null, '').message).toBe("the exercise's exit status was lost");
});
