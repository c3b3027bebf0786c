import { expect, test } from 'vitest';
import { watchDeath } from './death-watch.ts';
import { createDeferred, settlesWithin } from '../deferred.ts';
import { createMarks } from '../hearing/marks.ts';
import { createConsole } from '../qemu/console.ts';
import type { QemuExit, QemuProcess } from '../qemu/qemu-process.ts';
import type { QmpEvent } from '../qemu/qmp.ts';

function watchFake({
  sendSysrq = () => Promise.resolve(),
  status = 'running',
}: { sendSysrq?: (key: string) => Promise<void>; status?: string } = {}) {
  const exit = createDeferred<QemuExit>();
  const events: QmpEvent[] = [];
  const console = createConsole(createMarks());
  const qemu: QemuProcess = {
    pid: 1,
    qmp: { execute: () => Promise.resolve({ running: status === 'running', status }), closed: Promise.resolve() },
    exited: exit.promise,
    stderr: () => '',
    sendSysrq,
    type: () => undefined,
    kill: async () => undefined,
    stop: () => Promise.resolve(),
  };
  const watch = watchDeath({ qemu, console, events, isEmulated: false, timeoutScale: 0.02 });
  return { watch, console, events, exit: () => exit.resolve({ exitCode: 0, signal: null }) };
}

test('a lost connection waits for the console, which may yet explain it', async () => {
  const { console, exit, watch } = watchFake();
  watch.reportSshClosed('read ECONNRESET');
  console.push(Buffer.from('[    9.0] Kernel panic - not syncing: Fatal exception\n'));
  exit();
  expect(await watch.death).toMatchObject({ kind: 'panic', message: 'Kernel panic - not syncing: Fatal exception' });
});

test('a lost connection that nothing explains is just that', async () => {
  const { watch } = watchFake();
  watch.reportSshClosed('read ECONNRESET');
  expect(await watch.death).toMatchObject({
    kind: 'ssh-lost',
    message: 'the SSH connection was lost while the guest went on running (read ECONNRESET)',
  });
});

test('a kernel that panics but never resets is dead all the same', async () => {
  const { console, watch } = watchFake();
  console.push(Buffer.from('[    9.0] Kernel panic - not syncing: Fatal exception\n'));
  expect((await watch.death).kind).toBe('panic');
});

test('before a stall is reported the stacks are taken, one key after the answer to the other', async () => {
  const keys: string[] = [];
  const times: number[] = [];
  const { exit, watch } = watchFake({
    sendSysrq: (key) => {
      keys.push(key);
      times.push(performance.now());
      if (key === 'w') exit();
      return Promise.resolve();
    },
  });
  watch.reportStall('no answer');
  expect((await watch.death).kind).toBe('qemu-died');
  expect(keys).toEqual(['l', 'w']);
  // A thousand ms, scaled.
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(18);
});

test('a guest that QEMU holds has not stalled: the host has', async () => {
  const { watch } = watchFake({ status: 'io-error' });
  watch.reportStall('no answer');
  expect(await watch.death).toMatchObject({
    kind: 'qemu-died',
    message: 'QEMU holds the guest (its state: io-error); no answer',
  });
});

test('a guest that answers again while its stacks are taken lives on', async () => {
  const keys: string[] = [];
  const { watch } = watchFake({ sendSysrq: async (key) => void keys.push(key) });
  watch.reportStall('no answer', () => true);
  await expect.poll(() => keys).toEqual(['l', 'w']);
  expect(await settlesWithin(watch.death, 100)).toBe(false);
  // A later silence counts.
  watch.reportStall('no answer again');
  expect(await watch.death).toMatchObject({ kind: 'stall', message: 'no answer again' });
});

test('a stall that nothing takes back counts, though it comes while another one is looked into', async () => {
  const { watch } = watchFake();
  watch.reportStall('no answer for a while', () => true);
  watch.reportStall('no answer at its deadline');
  watch.reportStall('another');
  expect(await watch.death).toMatchObject({ kind: 'stall', message: 'no answer at its deadline' });
});

test('after the rig has let go nothing counts as a death', async () => {
  const { exit, watch } = watchFake();
  watch.dismiss();
  exit();
  watch.reportSshClosed(undefined);
  expect(await settlesWithin(watch.death, 100)).toBe(false);
});
