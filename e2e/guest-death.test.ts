import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { RunningGuest } from '../guests/guest.ts';
import { GuestDeath, type GuestDeathKind } from '../orchestrator/model/errors.ts';
import type { KernelProblem } from '../orchestrator/model/problem.ts';
import { GuestBench } from './support/boot.ts';

const bench = new GuestBench();
afterAll(() => bench[Symbol.dispose]());

async function deathOf(action: Promise<unknown>): Promise<GuestDeath> {
  const end: unknown = await action.catch((error: unknown) => error);
  expect(end).toBeInstanceOf(GuestDeath);
  return end as GuestDeath;
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}

/** Waits, for a minute at the most, until the kernel has reported something. */
async function waitForProblem(guest: RunningGuest): Promise<KernelProblem | undefined> {
  for (let tick = 0; tick < 60; tick += 1) {
    await sleep(1000);
    const [problem] = guest.takeProblems();
    if (problem !== undefined) return problem;
  }
  return undefined;
}

interface Way {
  readonly how: string;
  readonly kind: GuestDeathKind;
  readonly message: RegExp;
  readonly end: (guest: RunningGuest) => Promise<unknown>;
}

const ways: readonly Way[] = [
  {
    how: 'a panic',
    kind: 'panic',
    message: /^Kernel panic - not syncing: sysrq triggered crash$/,
    end: (guest) => guest.exec('echo c > /proc/sysrq-trigger; sleep 60'),
  },
  {
    how: 'a power-off',
    kind: 'power-off',
    message: /^the guest powered itself off$/,
    end: (guest) => guest.exec('echo o > /proc/sysrq-trigger; sleep 60'),
  },
  {
    how: 'a reboot',
    kind: 'reset',
    message: /^the guest reset itself without a panic$/,
    end: (guest) => guest.exec('echo b > /proc/sysrq-trigger; sleep 60'),
  },
  // The listener and the session's own process alike.
  {
    how: 'the loss of sshd',
    kind: 'ssh-lost',
    message: /^the SSH connection was lost while the guest went on running/,
    end: (guest) => guest.exec('pkill -KILL sshd; sleep 60'),
  },
  {
    how: 'a QEMU that is killed',
    kind: 'qemu-died',
    message: /^QEMU was killed by SIGKILL \(by somebody/,
    end: (guest) => {
      process.kill(guest.pid, 'SIGKILL');
      return guest.exec('sleep 60');
    },
  },
  {
    how: 'a QEMU that stands still',
    kind: 'qemu-died',
    message:
      /^QEMU \(process \d+\) was stopped by a signal or a debugger; the guest has answered nothing over SSH for \d+ s$/,
    end: (guest) => {
      process.kill(guest.pid, 'SIGSTOP');
      return guest.exec('sleep 600');
    },
  },
];

test.each(ways)('$how is reported as $kind, and leaves no QEMU and no pmem file', async ({ end, kind, message }) => {
  await using guest = await bench.boot([{ kind: 'virtio-pmem', sizeBytes: 2 ** 27 }]);
  const death = await deathOf(end(guest));
  expect(death.kind).toBe(kind);
  expect(death.message).toMatch(message);
  expect(death.evidence).not.toBe('');
  expect(await guest.death).toBe(death);
  // Later calls name the same cause.
  expect(await deathOf(guest.exec('true'))).toBe(death);

  await guest.dispose();
  expect(isRunning(guest.pid)).toBe(false);
  expect(guest.backingFiles.filter((path) => existsSync(path))).toEqual([]);
  expect(readFileSync(join(bench.guestDir, 'console.log'), 'utf8')).toMatch(/pmemrig: [0-9a-f]{16} ready/);
});

test('an sshd that can start no process any more is the end of its guest', async () => {
  await using guest = await bench.boot([]);
  // Below what runs already: no fork succeeds from then on. The kill at the deadline needs one.
  const death = await deathOf(guest.exec('echo 20 > /proc/sys/kernel/threads-max; exec sleep 60', { timeoutMs: 2000 }));
  expect(death).toMatchObject({ kind: 'ssh-lost', message: 'sshd of the guest refuses new sessions: Unable to exec' });
  expect(await deathOf(guest.exec('true'))).toBe(death);
});

test('a task that hangs in the kernel is reported while the guest goes on, and the report is taken once', async () => {
  await using guest = await bench.boot([{ kind: 'nvdimm', sizeBytes: 2 ** 27, namespace: 'raw', labelSizeBytes: 0 }]);
  expect(guest.takeProblems()).toEqual([]);
  // A frozen file system holds its writers in D state.
  await guest.exec(
    'echo 4 > /proc/sys/kernel/hung_task_timeout_secs; mkfs.ext4 -q /dev/pmem0 && mount /dev/pmem0 /mnt && fsfreeze -f /mnt; (touch /mnt/file &) > /dev/null 2>&1',
  );
  const problem = await waitForProblem(guest);
  expect(problem?.kind).toBe('hung-task');
  expect(problem?.title).toMatch(/^INFO: task touch:\d+ blocked for more than \d+ seconds\.$/);
  expect(guest.takeProblems()).toEqual([]);
});

test('a guest in which only one kind of process gets to run is a stall, with the stacks of its CPUs in the log', async () => {
  await using guest = await bench.boot([]);
  const spin =
    'echo -1 > /proc/sys/kernel/sched_rt_runtime_us; for cpu in 0 1; do chrt -f 99 sh -c "while :; do :; done" & done; sleep 600';
  const death = await deathOf(guest.exec(spin));
  expect(death.kind).toBe('stall');
  expect(readFileSync(join(bench.guestDir, 'console.log'), 'utf8')).toMatch(
    /sysrq: Show backtrace of all active CPUs[^]*sysrq: Show Blocked State/,
  );
});

test('a kernel that panics in boot, and a boot that is interrupted, leave nothing but logs', async () => {
  const death = await deathOf(
    bench.boot([{ kind: 'virtio-pmem', sizeBytes: 2 ** 27 }], {
      guest: { cpus: 1, memoryBytes: 2 ** 29, append: ['rdinit=/nonexistent'] },
    }),
  );
  expect(death.kind).toBe('panic');
  expect(death.evidence).toContain('Kernel panic - not syncing: VFS: Unable to mount root fs');
  expect(existsSync(join(bench.guestDir, 'pmem0.img'))).toBe(false);

  const interrupt = new AbortController();
  const boot = bench.boot([], { signal: interrupt.signal });
  await sleep(1500);
  interrupt.abort(new Error('Ctrl-C'));
  await expect(boot).rejects.toThrow('Ctrl-C');
  expect(existsSync(join(bench.guestDir, 'initrd.cpio'))).toBe(false);
});
