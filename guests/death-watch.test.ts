import { expect, test } from 'vitest';
import { watchDeath } from './death-watch.ts';
import { createDeferred, settlesWithin } from './deferred.ts';
import { createConsole } from './qemu/console.ts';
import type { QemuExit, QemuProcess } from './qemu/qemu-process.ts';
import type { QmpEvent } from './qemu/qmp.ts';

function watchFake({ sendSysrq = () => Promise.resolve() }: { sendSysrq?: (key: string) => Promise<void> } = {}) {
  const exit = createDeferred<QemuExit>();
  const events: QmpEvent[] = [];
  const console = createConsole();
  const qemu: QemuProcess = {
    pid: 1,
    qmp: { execute: () => Promise.resolve(undefined), closed: Promise.resolve() },
    exited: exit.promise,
    stderr: () => '',
    sendSysrq,
    stop: () => Promise.resolve(),
  };
  const watch = watchDeath({ qemu, console, events, timeoutScale: 0.02 });
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
  expect(await watch.death).toMatchObject({ kind: 'ssh-lost', message: 'the SSH connection was lost while the guest went on running (read ECONNRESET)' });
});

test('a kernel that panics but never resets is dead all the same', async () => {
  const { console, watch } = watchFake();
  console.push(Buffer.from('[    9.0] Kernel panic - not syncing: Fatal exception\n'));
  expect((await watch.death).kind).toBe('panic');
});

test('before a stall is told the stacks are taken, one key after the answer to the other', async () => {
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

test('a peer that went silent is a stall, and a QEMU that is silent too is told', async () => {
  const { watch } = watchFake({ sendSysrq: () => Promise.reject(new Error('no answer')) });
  watch.reportSshClosed('Keepalive timeout');
  expect(await watch.death).toMatchObject({ kind: 'stall', message: 'the guest stopped answering over SSH; QEMU itself does not answer either' });
});

test('after the rig has let go nothing counts as a death', async () => {
  const { exit, watch } = watchFake();
  watch.dismiss();
  exit();
  watch.reportSshClosed(undefined);
  expect(await settlesWithin(watch.death, 100)).toBe(false);
});
