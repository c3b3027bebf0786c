import pRetry from 'p-retry';
import { z } from 'zod';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { PhaseClock, type PhaseTime } from '../../orchestrator/model/phase-time.ts';
import { TIMEOUTS_MS, timeoutScale } from '../../orchestrator/model/timeouts.ts';
import { watchDeath, type DeathWatch } from '../death/death-watch.ts';
import { createDeferred, settlesWithin } from '../deferred.ts';
import { blameMissingDriver } from '../kernels/boot/boot-drivers.ts';
import type { GuestConsole } from '../qemu/console.ts';
import type { QemuProcess } from '../qemu/qemu-process.ts';
import { type MemoryDevices, queryMemoryDevices, querySshPort } from '../qemu/queries.ts';
import type { QmpEvent } from '../qemu/qmp.ts';
import { locateDevices, type ExpectedDevice } from '../pmem/expected-device.ts';
import { connectSsh, type SshConnection } from '../ssh/connection.ts';
import { execOverSsh } from '../ssh/exec.ts';
import { type Bootable, type BootOptions, forkOf } from './bootable.ts';
import { createGuestClock, type GuestClock } from './guest-clock.ts';
import { composeDeviceSearch, resumeFork } from './resume-fork.ts';
import { runQemu, type RunningQemu } from './run-qemu.ts';
import { resetMachine } from '../qemu/reset-machine.ts';
import { watchSilence } from '../silence/watch-silence.ts';
import { whileAlive } from '../death/while-alive.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** Where init in the initramfs begins; the contract with guests/images. */
const FIRST_STAGE = 'initramfs';
const SSH_RETRIES = 4;
/** Unscaled: whether silence means anything is for `watchSilence` to find out. */
const KEEPALIVE_MS = 3_000;

/** A guest that answers, and all that goes with it. */
export interface StartedGuest {
  readonly qemu: QemuProcess;
  readonly ssh: SshConnection;
  /** The port on 127.0.0.1 where the guest's sshd answers. */
  readonly sshPort: number;
  readonly console: GuestConsole;
  /** What QMP has reported since the boot began. */
  readonly events: () => readonly QmpEvent[];
  readonly watch: DeathWatch;
  readonly kernelRelease: string;
  readonly bootMs: number;
  /** What that consists of; of a fork also how long it took afterwards to find its devices. */
  readonly bootPhases: readonly PhaseTime[];
  /** The template from which it was forked. */
  readonly template?: string;
  readonly expectedDevices: readonly ExpectedDevice[];
  /** Stands while the guest is paused. */
  readonly clock: GuestClock;
  /** Resets the machine, whose boot this was, and boots it again in the same QEMU. Rejects as {@link startGuest} does. */
  reset(): Promise<StartedGuest>;
  /** Waits for a boot that the guest has begun itself. Rejects as {@link startGuest} does, or with the signal's reason. */
  follow(notBegun: AbortSignal): Promise<StartedGuest>;
}

/** The limit for a guest to get ready, by how it begins. */
type BootSlot = 'boot' | 'fork';

/** What the steps of one boot share. */
interface Boot {
  readonly watch: DeathWatch;
  readonly scale: number;
  /** `action`, unless the guest dies or the run is interrupted first. */
  readonly alive: <T>(action: Promise<T>) => Promise<T>;
}

/**
 * Boots up to the first answer over SSH. Rejects as `Machine.boot` does; no QEMU is left then.
 */
export async function startGuest(machine: Bootable, options: BootOptions): Promise<StartedGuest> {
  options.signal?.throwIfAborted();
  const begun = beginBoot();
  const running = await runQemu(machine, options);
  begun.clock.end('QEMU start');
  const fork = forkOf(machine, options);
  if (fork === undefined) return bringUp(machine, options, running, begun, 'boot');
  await resumeFork(machine, fork, running.qemu);
  begun.clock.end('fork');
  return { ...(await bringUp(machine, options, running, begun, 'fork')), template: fork.template.key };
}

/** When a boot began, and what it has come to since. */
interface BegunBoot {
  readonly startedAt: number;
  readonly clock: PhaseClock;
}

function beginBoot(): BegunBoot {
  const startedAt = performance.now();
  return { startedAt, clock: new PhaseClock(startedAt) };
}

/** From a QEMU that has just been started or reset to a guest that answers; without one the QEMU is ended. */
async function bringUp(
  machine: Bootable,
  options: BootOptions,
  running: RunningQemu,
  { startedAt, clock: phases }: BegunBoot,
  slot: BootSlot,
): Promise<StartedGuest> {
  const { qemu } = running;
  const clock = createGuestClock();
  const { console, events } = running.ears();
  const scale = timeoutScale(machine.accelerator);
  const watch = watchDeath({ qemu, console, events, timeoutScale: scale, isEmulated: machine.accelerator === 'tcg' });
  const interruption = rejectOnAbort(options.signal);
  const gone = Promise.race([interruption.rejected, watch.death.then((death) => Promise.reject(death))]);
  const boot: Boot = { watch, scale, alive: (action) => whileAlive(action, gone, watch) };
  let ssh: SshConnection | undefined;
  try {
    const { memoryDevices, port } = await boot.alive(askQemu(boot, qemu));
    await waitUntilReady(boot, console, slot);
    // The first of them is init's first word.
    for (const { name, atMs } of console.stages)
      phases.end(name === FIRST_STAGE ? 'kernel to init' : `init: ${name}`, atMs);
    phases.end('init: ready');
    ssh = await logIn(machine, options, boot, port);
    phases.end('SSH login');
    const found = slot === 'fork' ? findDevices(machine, boot, ssh) : Promise.resolve();
    // It is awaited below; a guest that does not answer is known before.
    found.catch(() => undefined);
    const kernelRelease = await askRelease(boot, ssh);
    phases.end('SSH: first command');
    const bootMs = performance.now() - startedAt;
    await found;
    phases.end('find the devices');
    const endWatch = watchSilence({
      ssh,
      console,
      qemu,
      watch,
      accelerator: machine.accelerator,
      timeoutScale: scale,
      isPaused: () => clock.paused,
    });
    void Promise.race([ssh.closed, watch.death]).then(endWatch);
    return {
      qemu,
      clock,
      ssh,
      sshPort: port,
      console,
      events: () => events,
      watch,
      kernelRelease,
      bootMs,
      bootPhases: phases.take(),
      expectedDevices: locateDevices(
        machine.topology.devices,
        machine.devices.placements,
        memoryDevices,
        machine.qemu.version,
      ),
      reset: async () => {
        const begun = beginBoot();
        await resetMachine(qemu, { listenAnew: running.listenAnew, events: () => running.ears().events });
        return bringUp(machine, options, running, begun, 'boot');
      },
      follow: async (notBegun) => {
        running.listenAtBoot();
        const signal = options.signal === undefined ? notBegun : AbortSignal.any([notBegun, options.signal]);
        return bringUp(machine, { ...options, signal }, running, beginBoot(), 'boot');
      },
    };
  } catch (error) {
    watch.dismiss();
    ssh?.close();
    await qemu.stop();
    throw await blameMissingDriver(error, console.fatalSentence(), console.report() !== undefined, machine.kernel);
  } finally {
    interruption.release();
  }
}

/**
 * What only QEMU knows. Rejects with InfraError if it does not say, or with the GuestDeath of a QEMU that ends
 * meanwhile.
 */
async function askQemu(
  { scale, watch }: Boot,
  { qmp }: QemuProcess,
): Promise<{ port: number; memoryDevices: MemoryDevices }> {
  try {
    const [port, memoryDevices] = await Promise.all([querySshPort(qmp), queryMemoryDevices(qmp)]);
    return { port, memoryDevices };
  } catch (error) {
    // QMP closes a moment before its QEMU is known to be gone.
    if (await settlesWithin(watch.death, TIMEOUTS_MS.lastWords * scale)) throw await watch.death;
    if (error instanceof InfraError) throw error;
    const why = error instanceof z.ZodError ? error.issues.map(({ message }) => message).join('; ') : messageOf(error);
    throw new InfraError(`QEMU did not report how it set up a guest: ${why}`, {
      code: 'qemu-start',
      remedy: 'see `pmemrig doctor`',
      cause: error,
    });
  }
}

async function waitUntilReady({ alive, scale, watch }: Boot, console: GuestConsole, slot: BootSlot): Promise<void> {
  const slotMs = TIMEOUTS_MS[slot] * scale;
  const ready = alive(console.ready);
  if (!(await settlesWithin(ready, slotMs))) {
    const silent = console.lastLines().length === 0 ? '; the kernel printed nothing' : '';
    watch.reportStall(`the guest did not get ready within ${slotMs / 1000} s (the limit for a ${slot})${silent}`);
  }
  return ready;
}

async function logIn(
  { keys }: Bootable,
  options: BootOptions,
  { alive, scale, watch }: Boot,
  port: number,
): Promise<SshConnection> {
  const slotMs = TIMEOUTS_MS.ssh * scale;
  const tooLate = AbortSignal.timeout(slotMs);
  const attempts = pRetry(() => connectSsh({ port, keys, timeoutMs: slotMs, keepaliveMs: KEEPALIVE_MS }), {
    retries: SSH_RETRIES,
    minTimeout: 200,
    signal: options.signal === undefined ? tooLate : AbortSignal.any([tooLate, options.signal]),
  });
  const connection = attempts.catch((error: unknown) => {
    const why = tooLate.aborted ? '' : `: ${messageOf(error)}`;
    watch.reportSshLost(`sshd of the guest let nobody in within ${slotMs / 1000} s (the limit for a login)${why}`);
    return watch.death.then((death) => Promise.reject(death));
  });
  const ssh = await alive(connection);
  void ssh.closed.then((reason) => watch.reportSshClosed(reason));
  return ssh;
}

/** `uname -r`; the first command, which shows that sshd can start any. */
async function askRelease({ alive, scale, watch }: Boot, ssh: SshConnection): Promise<string> {
  const slotMs = TIMEOUTS_MS.ssh * scale;
  const answer = alive(execOverSsh(ssh, ['uname', '-r']));
  if (!(await settlesWithin(answer, slotMs)))
    watch.reportStall(`the guest let the rig in, but ran no command within ${slotMs / 1000} s (the limit for a login)`);
  return (await answer).stdout.trim();
}

/** Lets a fork find the devices that its template had not. It answers already, as a guest without them would. */
async function findDevices({ devices }: Bootable, { alive, scale, watch }: Boot, ssh: SshConnection): Promise<void> {
  const search = composeDeviceSearch(devices);
  if (search === undefined) return;
  const slotMs = TIMEOUTS_MS.setup * scale;
  const found = alive(execOverSsh(ssh, search));
  if (!(await settlesWithin(found, slotMs)))
    watch.reportStall(`the guest did not find its devices within ${slotMs / 1000} s (the limit for setting up)`);
  const { exitCode, stderr } = await found;
  // What a kernel cannot do as a fork it may do as it boots.
  if (exitCode !== 0)
    throw new InfraError(`the guest did not find its devices: ${stderr.trim()}`, { code: 'template-unfit' });
}

/** A promise that an interruption of the run rejects, until it is released. */
function rejectOnAbort(signal: AbortSignal | undefined): { readonly rejected: Promise<never>; release(): void } {
  const { promise, reject } = createDeferred<never>();
  const abort = () => reject(signal?.reason instanceof Error ? signal.reason : new Error('the boot was interrupted'));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return { rejected: promise, release: () => signal?.removeEventListener('abort', abort) };
}
