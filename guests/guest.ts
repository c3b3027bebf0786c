import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestDeath, InfraError } from '../orchestrator/model/errors.ts';
import type { ExecOptions, ExecResult, Guest } from '../orchestrator/model/guest.ts';
import { traitsOf } from '../orchestrator/model/device-kinds.ts';
import { messageOf } from '../orchestrator/model/message-of.ts';
import type { PhaseTime } from '../orchestrator/model/phase-time.ts';
import type { GuestDevice, PmemDevice } from '../orchestrator/model/pmem.ts';
import type { KernelProblem } from '../orchestrator/model/problem.ts';
import { TIMEOUTS_MS, timeoutScale } from '../orchestrator/model/timeouts.ts';
import { createDeferred, settlesWithin } from './deferred.ts';
import type { FaultyDevice } from './faults/host-faults.ts';
import { hearGuest, type Hearing } from './hearing/hear-guest.ts';
import { setUpPmem } from './pmem/set-up.ts';
import { readResultsDisk, RESULTS_SERIAL } from './boot/results-disk.ts';
import { execOverSsh } from './ssh/exec.ts';
import { openInteractiveShell } from './ssh/shell.ts';
import { downloadOverSsh, uploadOverSsh, writeOverSsh } from './ssh/transfer.ts';
import type { OnQemu } from './qemu/on-qemu.ts';
import type { Bootable, BootOptions } from './boot/bootable.ts';
import type { StartedGuest } from './boot/start.ts';
import { whileAlive } from './death/while-alive.ts';
import { present } from '../orchestrator/model/present.ts';

/** A guest that answers over SSH. */
export interface RunningGuest extends Guest, AsyncDisposable {
  /** Start of QEMU to the first answer over SSH. */
  readonly bootMs: number;
  /** What that consists of; of a fork also how long it took afterwards to find its devices. */
  readonly bootPhases: readonly PhaseTime[];
  /** The template from which it was forked; absent: it has booted. */
  readonly template?: string;
  /** QEMU's. */
  readonly pid: number;
  /** The port on 127.0.0.1 where its sshd answers. */
  readonly sshPort: number;
  /** The host's files behind the pmem devices, in the topology's order; e820 has no file. */
  readonly backingFiles: readonly string[];
  /** Fulfils when the guest dies on its own; never after `dispose`. */
  readonly death: Promise<GuestDeath>;
  /**
   * What a command of the rig's own prints, between two tests. A guest that does not answer within the slot `ask` has
   * stalled.
   */
  ask(command: string): Promise<string>;
  /**
   * Makes the namespaces and checks every device. Fills `devices`; each problem is a sentence. Past its slot the guest
   * has stalled.
   */
  setUpPmem(): Promise<{ readonly problems: readonly string[] }>;
  /**
   * Puts a line of the rig's own into the kernel's log, so that the log says which test ran when. Waits until the
   * console and the log buffer have shown it. A guest that does not take the line or shows it nowhere has stalled.
   */
  mark(text: string): Promise<Hearing>;
  /**
   * What the kernel complained of since the last call, on its console or in its log buffer; the first call gives the
   * boot's. Both are some ms behind the answers over SSH; what comes too late counts at the next call.
   */
  takeProblems(): KernelProblem[];
  /** Joins this process's terminal to a shell in the guest; gives its exit status. */
  shell(): Promise<number>;
  /** Ends QEMU, and the machine with it unless others hold that. Idempotent, bounded, never rejects. */
  dispose(): Promise<void>;
}

/** One boot of a machine: a guest, and the switches of the machine under it. Each switch ends what runs in the guest. */
export interface BootOfMachine extends RunningGuest {
  /** How long it has been paused so far, in ms. */
  readonly pausedMs: number;
  /** Its devices as the host has them, in the topology's order. */
  readonly hostDevices: readonly FaultyDevice[];
  /** Takes the power away; the guest is over then, without a death. */
  kill(): Promise<void>;
  /** Resets the machine and gives its next boot; this one is over. Rejects as `Machine.boot` does. */
  reset(): Promise<BootOfMachine>;
  /** As `HostControl.followBoot`: gives the next boot; this one is over. Rejects as `Machine.boot` does, too. */
  followBoot(begin: () => Promise<unknown>): Promise<BootOfMachine>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Works its QEMU, see {@link OnQemu}. */
  readonly onQemu: OnQemu;
  /**
   * Checks every device as {@link RunningGuest.setUpPmem} does, after a boot in which it has made their namespaces. What
   * lies in the guest's own memory is made again, unless that was kept.
   */
  findPmem(options?: { readonly memoryKept: boolean }): Promise<{ readonly problems: readonly string[] }>;
}

export function assembleGuest(machine: Bootable, options: BootOptions, started: StartedGuest): BootOfMachine {
  const { accelerator, dir, id, resultsDisk } = machine;
  const { clock, qemu, ssh, watch } = started;
  const waitScale = timeoutScale(accelerator);
  let devices: readonly GuestDevice[] = [];
  let disposing: Promise<void> | undefined;
  let dead = false;
  let over = false;
  void watch.death.then(() => (dead = true));
  const backingFiles = machine.devices.backingFiles.map(({ path }) => path);

  const disposed = createDeferred<never>();
  /** Rejects with the cause when the guest is gone. */
  const gone = Promise.race([disposed.promise, watch.death.then((death) => Promise.reject(death))]);
  // It reaches those who wait on the guest; often nobody waits.
  gone.catch(() => undefined);
  const alive = <T>(action: Promise<T>): Promise<T> => whileAlive(action, gone, watch);
  const exec = (command: string | readonly string[], execOptions: ExecOptions = {}): Promise<ExecResult> =>
    alive(execOverSsh(ssh, command, { ...execOptions, waitScale, clock }));
  const stall = (reason: string): Promise<never> => {
    watch.reportStall(reason);
    return gone;
  };
  const limits = { timeoutMs: TIMEOUTS_MS.transfer * waitScale, waitScale };
  const ears = hearGuest({ ssh, console: started.console, marks: machine.marks, waitScale, alive, stall });

  /** Ends the guest on the rig's wish: what waits on it rejects with this, and no death is reported. */
  const end = (why: string, code: string): void => {
    watch.dismiss();
    over = true;
    disposed.reject(new InfraError(`guest ${id} ${why}`, { code }));
  };
  const tearDown = async () => {
    const answers = !dead && !over && !clock.paused;
    end('was ended by the rig', 'guest-disposed');
    // Whoever interrupts a run wants its guests gone, not their logs.
    if (answers && options.signal?.aborted !== true) {
      const dmesg = execOverSsh(ssh, ['dmesg']).then(({ stdout }) => writeFile(join(dir, 'dmesg.log'), stdout));
      await settlesWithin(dmesg, TIMEOUTS_MS.teardown);
    }
    ssh.close();
    await qemu.stop();
  };
  const dispose = () => (disposing ??= tearDown());
  const lookAtPmem = async (mayMake: (device: PmemDevice) => boolean) => {
    const timeoutMs = TIMEOUTS_MS.setup * waitScale;
    const setUp = await setUpPmem(exec, started.expectedDevices, { timeoutMs, mayMake, stall });
    devices = setUp.devices;
    return { problems: setUp.problems };
  };
  const onQemu: OnQemu = async (act, what) => {
    const unplugMs = TIMEOUTS_MS.unplug * waitScale;
    try {
      return await alive(act({ qmp: qemu.qmp, events: started.events, unplugMs }));
    } catch (cause) {
      if (cause instanceof InfraError || cause instanceof GuestDeath) throw cause;
      // QMP closes a moment before its QEMU is known to be gone.
      if (await settlesWithin(watch.death, TIMEOUTS_MS.lastWords * waitScale)) throw await watch.death;
      throw new InfraError(`QEMU did not take \`${what}\`: ${messageOf(cause)}`, { code: 'qemu-control', cause });
    }
  };
  const command = async (word: 'stop' | 'cont'): Promise<void> =>
    void (await onQemu(async ({ qmp }) => qmp.execute(word), word));

  return {
    id,
    kernelRelease: started.kernelRelease,
    bootMs: started.bootMs,
    bootPhases: started.bootPhases,
    ...present({ template: started.template }),
    pid: qemu.pid,
    sshPort: started.sshPort,
    backingFiles,
    hostDevices: machine.topology.devices.map(({ kind }, index) => ({
      kind,
      ...present({ path: machine.devices.deviceFiles[index] }),
    })),
    death: watch.death,
    get devices() {
      return devices;
    },
    ...(resultsDisk !== undefined && {
      resultsDisk: {
        serial: RESULTS_SERIAL,
        read: async (path: string, localPath: string, readOptions: { readonly maxBytes: number }) =>
          readResultsDisk(resultsDisk, path, localPath, readOptions),
      },
    }),
    exec,
    upload: (localPath, remotePath, { maxBytes } = {}) =>
      alive(uploadOverSsh(ssh, localPath, remotePath, { ...limits, ...present({ maxBytes }) })),
    write: (remotePath, content, mode) => alive(writeOverSsh(ssh, remotePath, content, mode, limits)),
    download: (remotePath, localPath, { maxBytes } = {}) =>
      alive(downloadOverSsh(ssh, remotePath, localPath, { ...limits, ...present({ maxBytes }) })),
    mark: (text) => ears.mark(text),
    ask: async (command) => {
      const timeoutMs = TIMEOUTS_MS.ask * waitScale;
      const { stdout, timedOut } = await exec(command, { timeoutMs });
      return timedOut ? stall(`the guest did not answer \`${command}\` within ${timeoutMs / 1000} s`) : stdout;
    },
    setUpPmem: async () => lookAtPmem(() => true),
    findPmem: async ({ memoryKept } = { memoryKept: false }) =>
      lookAtPmem((device) => !memoryKept && traitsOf(device).usesGuestMemory),
    takeProblems: () => ears.takeProblems(),
    shell: () => alive(openInteractiveShell(ssh)),
    get pausedMs() {
      return clock.pausedMs;
    },
    kill: async () => {
      end('was switched off by its test', 'guest-off');
      await qemu.kill();
      ssh.close();
    },
    reset: async () => {
      end('was reset by its test', 'guest-reset');
      ssh.close();
      clock.resume();
      return assembleGuest(machine, options, await started.reset());
    },
    followBoot: async (begin) => {
      // What happens from now on is explained by the next boot.
      watch.dismiss();
      const notBegun = new AbortController();
      const booting = started.follow(notBegun.signal);
      // A boot that has begun lets no command of the one before end by itself.
      const stay = (error: unknown): void => {
        if (!over) notBegun.abort(error);
      };
      void begin().then(() => stay(new InfraError(`guest ${id} has begun no boot`, { code: 'boot-not-begun' })), stay);
      try {
        return assembleGuest(machine, options, await booting);
      } finally {
        end('has begun another boot', 'guest-reset');
        ssh.close();
      }
    },
    pause: async () => {
      // First, so that no deadline ends in between.
      clock.pause();
      await command('stop');
    },
    resume: async () => {
      await command('cont');
      clock.resume();
    },
    onQemu,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
