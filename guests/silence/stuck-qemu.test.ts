import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { whyStuck } from './stuck-qemu.ts';

const qemu = (answer: unknown, pid = process.pid) => ({
  pid,
  qmp: {
    execute: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
    closed: Promise.resolve(),
  },
});

test.each([
  ['runs', { running: true, status: 'running' }, undefined],
  ['was suspended by the guest itself', { running: false, status: 'suspended' }, undefined],
  ['was paused', { running: false, status: 'paused' }, 'QEMU holds the guest (its state: paused)'],
  ['met a full disk', { running: false, status: 'io-error' }, 'QEMU holds the guest (its state: io-error)'],
  [
    'does not answer',
    new Error('QMP query-status: no answer within 10 s'),
    'QEMU itself does not answer: QMP query-status: no answer within 10 s',
  ],
])('a QEMU that %s', async (_what, answer, why) => expect(await whyStuck(qemu(answer))).toBe(why));

test('a process that was stopped by a signal is reported as that', async () => {
  const child = spawn('sleep', ['100']);
  try {
    child.kill('SIGSTOP');
    await expect
      .poll(async () => whyStuck(qemu({ running: true, status: 'running' }, child.pid)))
      .toBe(`QEMU (process ${child.pid}) was stopped by a signal or a debugger`);
  } finally {
    child.kill('SIGKILL');
  }
});
