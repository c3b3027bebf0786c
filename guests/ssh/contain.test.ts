import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { MARKER_NAME, parseSweep, sweepScript } from './contain.ts';

test('a sweep says how the command ended, and what it left', () => {
  expect(
    parseSweep('left 7 sleep\nleft 8 a b\nleft 7 sleep\nstuck 8 a b\nended\nCommand terminated by signal 7\n\n'),
  ).toEqual({ left: ['sleep (process 7)', 'a b (process 8)'], stuck: ['a b (process 8)'], end: { signal: 'SIGBUS' } });
  expect(parseSweep('ended\nCommand exited with non-zero status 135\n\n').end).toEqual({ signal: null });
  expect(parseSweep('ended\nCommand terminated by signal 36\n\n').end).toEqual({ signal: 'SIGRTMIN+2' });
});

test("where nothing could be written down the exit status is the command's own", () =>
  expect(parseSweep('left 7 sleep\nplain\n').end).toEqual({ signal: null }));

test.each(['', 'left 7 sleep\n', 'left 7 plain\n'])('%j does not say how the command ended', (text) =>
  expect(parseSweep(text).end).toBeUndefined(),
);

test('a process may be called as it likes', () => {
  expect(parseSweep('left 7 ended\nended\n\n')).toEqual({
    left: ['ended (process 7)'],
    stuck: [],
    end: { signal: null },
  });
});

test('by the mark in its environment a process is found, named and killed, be it in a session of its own', async () => {
  const marker = `test-${process.pid}`;
  const child = spawn('sleep', ['1000'], {
    env: { ...process.env, [MARKER_NAME]: marker },
    stdio: 'ignore',
    detached: true,
  });
  const dead = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  await expect
    .poll(() =>
      spawnSync('grep', ['-c', 'sleep', `/proc/${child.pid}/comm`])
        .stdout.toString()
        .trim(),
    )
    .toBe('1');
  expect(parseSweep(execFileSync('sh', ['-c', sweepScript(marker)]).toString())).toEqual({
    left: [`sleep (process ${child.pid})`],
    stuck: [],
  });
  expect(await dead).toBe('SIGKILL');
});
