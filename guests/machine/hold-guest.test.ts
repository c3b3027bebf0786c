import { expect, test } from 'vitest';
import { GuestDeath, InfraError } from '../../orchestrator/model/errors.ts';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { createDeferred } from '../deferred.ts';
import type { BootOfMachine } from '../guest.ts';
import { holdGuest } from './hold-guest.ts';
import { present } from '../../orchestrator/model/present.ts';

const problem = (title: string, marker?: string) => ({ title, ...present({ marker }) }) as unknown as KernelProblem;

/** One boot that says which it is, and what was done to it. */
function fakeBoot(number: number, acts: string[], { pausedMs = 0, lost = [] as readonly string[] } = {}) {
  const death = createDeferred<GuestDeath>();
  const problems: KernelProblem[] = [];
  const act = (what: string) => acts.push(`${what} ${number}`);
  let next: BootOfMachine | undefined;
  const boot = {
    id: 7,
    pid: number,
    sshPort: 1000 + number,
    bootMs: number,
    bootPhases: [],
    kernelRelease: '6.1',
    devices: [],
    backingFiles: ['/g/pmem0.img'],
    death: death.promise,
    pausedMs,
    exec: async () => ({ stdout: String(number) }),
    mark: async () => ({ onConsole: true }),
    ask: async () => String(number),
    takeProblems: () => problems.splice(0),
    findPmem: async () => ({ problems: lost }),
    kill: async () => void act('kill'),
    pause: async () => void act('pause'),
    resume: async () => void act('resume'),
    dispose: async () => void act('dispose'),
    reset: async () => {
      act('reset');
      if (next === undefined) throw new Error('no boot follows');
      return next;
    },
    followBoot: async (begin: () => Promise<unknown>) => {
      act('follow');
      await begin();
      if (next === undefined) throw new InfraError('no boot has begun', { code: 'boot-not-begun' });
      return next;
    },
  } as unknown as BootOfMachine;
  return {
    boot,
    death,
    problems,
    resetsTo: (following: BootOfMachine) => {
      next = following;
    },
  };
}

/** A machine whose boots are those given, after the first. */
function held(first: BootOfMachine, acts: string[], following: readonly (BootOfMachine | Error)[] = []) {
  const boots = [...following];
  const machine = {
    plugs: {
      argv: [],
      files: [],
      plug: async () => {
        acts.push('plug');
        return { id: 'plug0', kind: 'virtio-blk' as const, sizeBytes: 1 };
      },
      unplug: async () => void acts.push('unplug'),
    },
    bootFiles: { kernel: '/k/vmlinuz', initramfs: '/g/initrd.cpio' },
    boot: async () => {
      const boot = boots.shift();
      if (boot === undefined || boot instanceof Error) throw boot ?? new Error('no boot is left');
      return boot;
    },
    dispose: async () => void acts.push('dispose machine'),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const guest = holdGuest(machine, first);
  const died: GuestDeath[] = [];
  void guest.death.then((death) => died.push(death));
  return { guest, died };
}

const answer = async (guest: { exec(command: string): Promise<{ stdout: string }> }) =>
  (await guest.exec('true')).stdout;

test('after a power cycle the same guest continues with the next boot, and reports what its devices lack', async () => {
  const acts: string[] = [];
  const [one, two] = [fakeBoot(1, acts), fakeBoot(2, acts, { lost: ['device 1: no region appeared'] })];
  const { guest, died } = held(one.boot, acts, [two.boot]);
  expect(await answer(guest)).toBe('1');
  expect(await guest.host.powerCycle()).toEqual({ problems: ['device 1: no region appeared'] });
  expect([await answer(guest), guest.pid, guest.sshPort]).toEqual(['2', 2, 1002]);
  expect(guest.backingFiles).toEqual(['/g/pmem0.img']);
  await guest.dispose();
  await guest.dispose();
  expect(acts).toEqual(['kill 1', 'dispose 2', 'dispose machine']);
  expect(died).toEqual([]);
});

test('a guest that is off answers nothing, and is switched on once', async () => {
  const acts: string[] = [];
  const { guest } = held(fakeBoot(1, acts).boot, acts, [fakeBoot(2, acts).boot]);
  await expect(guest.host.powerOn()).rejects.toMatchObject({ code: 'guest-on' });
  await guest.host.kill();
  await guest.host.kill();
  expect(acts).toEqual(['kill 1']);
  await expect(guest.exec('true')).rejects.toMatchObject({ name: 'InfraError', code: 'guest-off' });
  await expect(guest.host.reset()).rejects.toMatchObject({ code: 'guest-off' });
  await expect(guest.host.pause()).rejects.toMatchObject({ code: 'guest-off' });
  await guest.host.powerOn();
  expect(await answer(guest)).toBe('2');
});

const died = (): GuestDeath => new GuestDeath('qemu-died', 'QEMU was killed by SIGSEGV', '');

test('a boot by which QEMU dies is tried again, twice, and says so', async () => {
  const acts: string[] = [];
  const { guest } = held(fakeBoot(1, acts).boot, acts, [
    died(),
    died(),
    fakeBoot(2, acts).boot,
    died(),
    died(),
    died(),
  ]);
  const why = 'QEMU was killed by SIGSEGV';
  expect(await guest.host.powerCycle()).toEqual({ problems: [], retried: [why, why] });
  expect(await answer(guest)).toBe('2');
  await expect(guest.host.powerCycle()).rejects.toMatchObject({ kind: 'qemu-died' });
});

test('the death of any boot is the guest’s, but not of a boot that is over', async () => {
  const acts: string[] = [];
  const [one, two] = [fakeBoot(1, acts), fakeBoot(2, acts)];
  const { guest, died } = held(one.boot, acts);
  one.resetsTo(two.boot);
  await guest.host.reset();
  expect(died).toEqual([]);
  const panic = new GuestDeath('panic', 'Kernel panic', '');
  two.death.resolve(panic);
  expect(await guest.death).toBe(panic);
});

test('a boot that the guest begins itself is begun by a command of the boot before', async () => {
  const acts: string[] = [];
  const [one, two] = [fakeBoot(1, acts), fakeBoot(2, acts, { lost: ['device 1: it is devdax'] })];
  const { guest, died } = held(one.boot, acts);
  one.resetsTo(two.boot);
  const begin = async (): Promise<void> => void acts.push(`begun in ${await answer(guest)}`);
  expect(await guest.host.followBoot(begin)).toEqual({ problems: ['device 1: it is devdax'] });
  expect(acts).toEqual(['follow 1', 'begun in 1']);
  expect([await answer(guest), guest.boots]).toEqual(['2', 2]);
  expect(guest.host.bootFiles.kernel).toBe('/k/vmlinuz');
  await expect(guest.host.followBoot(begin)).rejects.toMatchObject({ code: 'boot-not-begun' });
  await expect(guest.exec('true')).rejects.toMatchObject({ code: 'guest-off' });
  expect(died).toEqual([]);
});

test('a boot that panics after a power cut is the guest’s death, one that the host failed at is not', async () => {
  const acts: string[] = [];
  const panic = new GuestDeath('panic', 'Kernel panic', '');
  const first = held(fakeBoot(1, acts).boot, acts, [panic]);
  await expect(first.guest.host.powerCycle()).rejects.toBe(panic);
  expect(await first.guest.death).toBe(panic);
  await expect(first.guest.exec('true')).rejects.toMatchObject({ code: 'guest-off' });

  const other = held(fakeBoot(1, acts).boot, acts, [new InfraError('QEMU would not start', { code: 'qemu-start' })]);
  await expect(other.guest.host.powerCycle()).rejects.toMatchObject({ code: 'qemu-start' });
  expect(other.died).toEqual([]);
});

test('a guest that the rig has let go dies of nothing any more', async () => {
  const acts: string[] = [];
  const one = fakeBoot(1, acts);
  const { guest, died } = held(one.boot, acts);
  const going = guest.dispose();
  one.death.resolve(new GuestDeath('qemu-died', 'QEMU was killed', ''));
  await going;
  expect(died).toEqual([]);
});

test('what a later boot reports before any mark belongs to the test that asked for the boot', async () => {
  const acts: string[] = [];
  const [one, two] = [fakeBoot(1, acts), fakeBoot(2, acts)];
  const { guest } = held(one.boot, acts, [two.boot]);
  one.problems.push(problem('BUG: in the first boot', 'stage devices'));
  await guest.mark('test-begin 1 power/cut');
  one.problems.push(problem('BUG: before the cut', 'test-begin 1 power/cut'));
  await guest.host.powerCycle();
  two.problems.push(problem('BUG: while it came up', 'stage devices'), problem('BUG: early'));
  await guest.mark('test-end 1');
  two.problems.push(problem('BUG: after it', 'test-end 1'));
  expect(guest.takeProblems().map(({ title, marker }) => [title, marker])).toEqual([
    ['BUG: in the first boot', 'stage devices'],
    ['BUG: before the cut', 'test-begin 1 power/cut'],
    ['BUG: while it came up', 'test-begin 1 power/cut'],
    ['BUG: early', 'test-begin 1 power/cut'],
    ['BUG: after it', 'test-end 1'],
  ]);
  expect(guest.takeProblems()).toEqual([]);
});

test('a device is plugged into a machine that is on, and a paused guest gives none back', async () => {
  const acts: string[] = [];
  const { guest } = held(fakeBoot(1, acts).boot, acts);
  await guest.host.pause();
  const plugged = await guest.host.plug({ kind: 'virtio-blk', sizeBytes: 1 });
  await expect(guest.host.unplug(plugged)).rejects.toMatchObject({ code: 'guest-paused' });
  await guest.host.resume();
  await guest.host.unplug(plugged);
  await guest.host.kill();
  await expect(guest.host.plug({ kind: 'virtio-blk', sizeBytes: 1 })).rejects.toMatchObject({ code: 'guest-off' });
  await expect(guest.host.unplug(0)).rejects.toMatchObject({ code: 'guest-off' });
  expect(acts).toEqual(['pause 1', 'plug', 'resume 1', 'unplug', 'kill 1']);
});

test('the rig asks a paused guest nothing, and sums up how long its boots were paused', async () => {
  const acts: string[] = [];
  const [one, two] = [fakeBoot(1, acts, { pausedMs: 100 }), fakeBoot(2, acts, { pausedMs: 20 })];
  const { guest } = held(one.boot, acts, [two.boot]);
  await guest.host.pause();
  for (const call of [() => guest.ask('true'), () => guest.mark('m'), () => guest.setUpPmem()])
    await expect(call()).rejects.toMatchObject({ code: 'guest-paused' });
  await guest.host.resume();
  expect(await guest.ask('true')).toBe('1');
  expect(guest.pausedMs).toBe(100);
  await guest.host.pause();
  await guest.host.powerCycle();
  expect(await guest.ask('true')).toBe('2');
  expect(guest.pausedMs).toBe(120);
});
