import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfraError, type GuestDeath } from '../orchestrator/model/errors.ts';
import type { ExecOptions, ExecResult, Guest } from '../orchestrator/model/guest.ts';
import type { GuestDevice } from '../orchestrator/model/pmem.ts';
import type { KernelProblem } from '../orchestrator/model/problem.ts';
import { TIMEOUTS_MS, timeoutScale } from '../orchestrator/model/timeouts.ts';
import { removeFiles } from './devices/backing-files.ts';
import { createDeferred, settlesWithin } from './deferred.ts';
import { hearGuest, type Hearing } from './hearing/hear-guest.ts';
import { setUpPmem } from './pmem/set-up.ts';
import { readResultsDisk, RESULTS_SERIAL } from './boot/results-disk.ts';
import { execOverSsh } from './ssh/exec.ts';
import { openInteractiveShell } from './ssh/shell.ts';
import { downloadOverSsh, uploadOverSsh, writeOverSsh } from './ssh/transfer.ts';
import { startGuest, type BootOptions, type StartedGuest } from './boot/start.ts';
import { whileAlive } from './death/while-alive.ts';

/** A guest that answers over SSH. */
export interface RunningGuest extends Guest, AsyncDisposable {
  /** Start of QEMU to the first answer over SSH. */
  readonly bootMs: number;
  /** QEMU's. */
  readonly pid: number;
  /** Of 127.0.0.1, where its sshd answers. */
  readonly sshPort: number;
  /** The host's files behind the pmem devices, in the topology's order; e820 has none. */
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
   * Puts a line of the rig's own into the kernel's log, so that the log says which test ran when, and waits until the
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
  /** Ends QEMU and removes what the guest left on the host, but its logs. Idempotent, bounded, never rejects. */
  dispose(): Promise<void>;
}

/**
 * Boots a guest and waits until it answers over SSH. Rejects with GuestDeath (it panicked, powered off, never got
 * ready), UserError (no kernel that QEMU can boot, no room for the pmem) or InfraError (QEMU would not start), and
 * leaves nothing behind then but the logs.
 */
export async function bootGuest(options: BootOptions): Promise<RunningGuest> {
  return assembleGuest(options, await startGuest(options));
}

function assembleGuest({ accelerator, dir, id, signal }: BootOptions, started: StartedGuest): RunningGuest {
  const { qemu, ssh, watch } = started;
  const waitScale = timeoutScale(accelerator);
  let devices: readonly GuestDevice[] = [];
  let disposing: Promise<void> | undefined;
  let dead = false;
  void watch.death.then(() => (dead = true));

  const disposed = createDeferred<never>();
  /** Rejects with the cause when the guest is gone. */
  const gone = Promise.race([disposed.promise, watch.death.then((death) => Promise.reject(death))]);
  // It reaches those who wait on the guest; often there are none.
  gone.catch(() => undefined);
  const alive = <T>(action: Promise<T>): Promise<T> => whileAlive(action, gone, watch);
  const exec = (command: string | readonly string[], execOptions: ExecOptions = {}): Promise<ExecResult> =>
    alive(execOverSsh(ssh, command, { ...execOptions, waitScale }));
  const stall = (reason: string): Promise<never> => {
    watch.reportStall(reason);
    return gone;
  };
  const limits = { timeoutMs: TIMEOUTS_MS.transfer * waitScale, waitScale };
  const ears = hearGuest({ ssh, console: started.console, marks: started.marks, waitScale, alive, stall });
  const { resultsDisk } = started;

  const tearDown = async () => {
    watch.dismiss();
    disposed.reject(new InfraError(`guest ${id} was ended by the rig`, { code: 'guest-disposed' }));
    // Whoever interrupts a run wants its guests gone, not their logs.
    if (!dead && signal?.aborted !== true) {
      const dmesg = execOverSsh(ssh, ['dmesg']).then(({ stdout }) => writeFile(join(dir, 'dmesg.log'), stdout));
      await settlesWithin(dmesg, TIMEOUTS_MS.teardown);
    }
    ssh.close();
    await qemu.stop();
    await removeFiles([...started.backingFiles, ...started.scratchFiles]);
  };
  const dispose = () => (disposing ??= tearDown());

  return {
    id,
    kernelRelease: started.kernelRelease,
    bootMs: started.bootMs,
    pid: qemu.pid,
    sshPort: started.sshPort,
    backingFiles: started.backingFiles,
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
      alive(uploadOverSsh(ssh, localPath, remotePath, { ...limits, ...(maxBytes !== undefined && { maxBytes }) })),
    write: (remotePath, content, mode) => alive(writeOverSsh(ssh, remotePath, content, mode, limits)),
    download: (remotePath, localPath, { maxBytes } = {}) =>
      alive(downloadOverSsh(ssh, remotePath, localPath, { ...limits, ...(maxBytes !== undefined && { maxBytes }) })),
    mark: (text) => ears.mark(text),
    ask: async (command) => {
      const timeoutMs = TIMEOUTS_MS.ask * waitScale;
      const { stdout, timedOut } = await exec(command, { timeoutMs });
      return timedOut ? stall(`the guest did not answer \`${command}\` within ${timeoutMs / 1000} s`) : stdout;
    },
    setUpPmem: async () => {
      const setUp = await setUpPmem(exec, started.expectedDevices, { timeoutMs: TIMEOUTS_MS.setup * waitScale, stall });
      devices = setUp.devices;
      return { problems: setUp.problems };
    },
    takeProblems: () => ears.takeProblems(),
    shell: () => alive(openInteractiveShell(ssh)),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
