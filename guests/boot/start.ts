import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { z } from 'zod';
import type { Accelerator } from '../../orchestrator/model/accelerator.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import type { GuestSpec } from '../../orchestrator/model/matrix.ts';
import type { PmemTopology } from '../../orchestrator/model/pmem.ts';
import { TIMEOUTS_MS, timeoutScale } from '../../orchestrator/model/timeouts.ts';
import { GUEST_ARCH } from '../arch/architectures.ts';
import { createBackingFiles, removeFiles } from '../devices/backing-files.ts';
import { watchDeath, type DeathWatch } from '../death/death-watch.ts';
import { createDeferred, settlesWithin } from '../deferred.ts';
import { blameHost } from '../store/host-error.ts';
import { createMarks, type Marks } from '../hearing/marks.ts';
import { type GuestFile, writeGuestInitrd } from '../images/guest-initrd.ts';
import type { PreparedImage } from '../images/prepare-image.ts';
import { blameMissingDriver } from '../kernels/boot/boot-drivers.ts';
import type { PreparedKernel } from '../kernels/prepare-kernel.ts';
import { composeArgv } from '../qemu/argv.ts';
import { openConsoleLog, type ConsoleLog } from '../qemu/console-log.ts';
import { createConsole, type GuestConsole } from '../qemu/console.ts';
import { composeDevices, type DeviceComposition } from '../devices/compose-devices.ts';
import type { QemuBinary } from '../qemu/find-qemu.ts';
import { blameQemuStart } from '../qemu/blame-start.ts';
import { startQemu, type QemuProcess } from '../qemu/qemu-process.ts';
import { type MemoryDevices, queryMemoryDevices, querySshPort } from '../qemu/queries.ts';
import type { QmpEvent } from '../qemu/qmp.ts';
import { locateDevices, type ExpectedDevice } from '../pmem/expected-device.ts';
import { connectSsh, type SshConnection } from '../ssh/connection.ts';
import { execOverSsh } from '../ssh/exec.ts';
import type { RunKeys } from '../ssh/keys.ts';
import { createResultsDisk, RESULTS_SERIAL } from './results-disk.ts';
import { watchSilence } from '../silence/watch-silence.ts';
import { whileAlive } from '../death/while-alive.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** QEMU's start to its QMP greeting; a host that swaps takes seconds. */
const QEMU_START_MS = 15_000;
const SSH_RETRIES = 4;
/** Unscaled: whether silence means anything is for `watchSilence` to find out. */
const KEEPALIVE_MS = 3_000;

export interface BootOptions {
  /** Counts from 1 within the run. */
  readonly id: number;
  readonly kernel: PreparedKernel;
  readonly image: PreparedImage;
  readonly topology: PmemTopology;
  /** A read-only disk beside those of image and kernel, found by its serial number. */
  readonly suiteDisk?: { readonly path: string; readonly serial: string };
  /** Size of the results disk, if there is to be one. */
  readonly resultsBytes?: number;
  readonly guest: GuestSpec;
  readonly qemu: QemuBinary;
  readonly accelerator: Accelerator;
  readonly keys: RunKeys;
  /** This guest's own folder; exists. Keeps `console.log`, `qemu.json` and `dmesg.log`. */
  readonly dir: string;
  readonly signal?: AbortSignal;
  readonly log?: (line: string) => void;
  readonly onConsoleLine?: (line: string) => void;
}

/** A guest that answers, and all that goes with it. */
export interface StartedGuest {
  readonly qemu: QemuProcess;
  readonly ssh: SshConnection;
  /** Of 127.0.0.1, where the guest's sshd answers. */
  readonly sshPort: number;
  readonly console: GuestConsole;
  readonly marks: Marks;
  readonly watch: DeathWatch;
  readonly kernelRelease: string;
  readonly bootMs: number;
  readonly backingFiles: readonly string[];
  readonly scratchFiles: readonly string[];
  readonly resultsDisk?: string;
  readonly expectedDevices: readonly ExpectedDevice[];
}

/** What the steps of one boot share. */
interface Boot {
  readonly watch: DeathWatch;
  readonly scale: number;
  /** `action`, unless the guest dies or the run is interrupted first. */
  readonly alive: <T>(action: Promise<T>) => Promise<T>;
}

/**
 * Boots up to the first answer over SSH. Rejects as `bootGuest` does; what was made on the way is let go again then.
 */
export async function startGuest(options: BootOptions): Promise<StartedGuest> {
  const { dir, guest, topology } = options;
  options.signal?.throwIfAborted();
  const initrd = join(dir, 'initrd.cpio');
  const devices = composeDevices(topology.devices, {
    machineType: GUEST_ARCH.machineType,
    memoryBytes: guest.memoryBytes,
    backing: (index) => join(dir, `pmem${index}.img`),
  });
  const resultsDisk = options.resultsBytes === undefined ? undefined : join(dir, 'results.img');
  const files = [
    initrd,
    ...devices.backingFiles.map(({ path }) => path),
    ...(resultsDisk === undefined ? [] : [resultsDisk]),
  ];
  try {
    const argv = composeArgv({
      name: `pmemrig-${options.id}`,
      accelerator: options.accelerator,
      architecture: GUEST_ARCH,
      machineType: GUEST_ARCH.machineType,
      guest,
      kernel: options.kernel.image,
      initrd,
      rootDisk: options.image.disk,
      ...(options.kernel.modulesDisk === undefined ? {} : { modulesDisk: options.kernel.modulesDisk }),
      ...(options.suiteDisk && { suiteDisk: options.suiteDisk }),
      ...(resultsDisk !== undefined && { resultsDisk: { path: resultsDisk, serial: RESULTS_SERIAL } }),
      devices,
    });
    const marks = createMarks();
    const consoleLog = await writeFiles(options, { initrd, argv, devices, marks });
    return {
      ...(await runQemu(options, { argv, devices, files, consoleLog, marks })),
      ...(resultsDisk !== undefined && { resultsDisk }),
    };
  } catch (error) {
    await removeFiles(files);
    throw error;
  }
}

/** All that a guest needs in its folder, its open log last. Rejects with InfraError. */
async function writeFiles(
  options: BootOptions,
  made: {
    readonly initrd: string;
    readonly argv: readonly string[];
    readonly devices: DeviceComposition;
    readonly marks: Marks;
  },
): Promise<ConsoleLog> {
  const { dir, kernel, keys, qemu } = options;
  try {
    await createBackingFiles(made.devices.backingFiles, dir);
    if (options.resultsBytes !== undefined) await createResultsDisk(join(dir, 'results.img'), options.resultsBytes);
    await writeGuestInitrd({
      base: kernel.initramfs,
      out: made.initrd,
      files: [...keyFiles(keys), tokenFile(made.marks)],
    });
    await writeFile(join(dir, 'qemu.json'), `${JSON.stringify({ ...qemu, argv: made.argv }, null, 2)}\n`);
    return openConsoleLog(join(dir, 'console.log'));
  } catch (error) {
    throw error instanceof InfraError ? error : blameHost(`the files of a guest cannot be written to ${dir}`, error);
  }
}

interface Machine {
  readonly argv: readonly string[];
  readonly devices: DeviceComposition;
  readonly files: readonly string[];
  readonly consoleLog: ConsoleLog;
  readonly marks: Marks;
}

async function runQemu(
  options: BootOptions,
  { argv, devices, files, consoleLog, marks }: Machine,
): Promise<StartedGuest> {
  const events: QmpEvent[] = [];
  const console = createConsole(marks, options.onConsoleLine);
  const startedAt = performance.now();
  const qemu = await startQemu({
    qemu: options.qemu,
    argv,
    onConsole: (chunk) => {
      consoleLog.write(chunk);
      console.push(chunk);
    },
    onEvent: (event) => events.push(event),
    startTimeoutMs: QEMU_START_MS,
  }).catch((error: unknown) => {
    consoleLog.close();
    throw blameQemuStart(error, options.kernel);
  });
  // Before the watch looks at the console.
  const closed = qemu.exited.then((exit) => {
    console.end();
    consoleLog.close();
    return exit;
  });
  const scale = timeoutScale(options.accelerator);
  const watch = watchDeath({ qemu: { ...qemu, exited: closed }, console, events, timeoutScale: scale });
  const interruption = rejectOnAbort(options.signal);
  const gone = Promise.race([interruption.rejected, watch.death.then((death) => Promise.reject(death))]);
  const boot: Boot = { watch, scale, alive: (action) => whileAlive(action, gone, watch) };
  let ssh: SshConnection | undefined;
  try {
    const { memoryDevices, port } = await boot.alive(askQemu(boot, qemu));
    await waitUntilReady(boot, console);
    ssh = await logIn(options, boot, port);
    const kernelRelease = await askRelease(boot, ssh);
    const bootMs = performance.now() - startedAt;
    const endWatch = watchSilence({ ssh, console, qemu, watch, accelerator: options.accelerator, timeoutScale: scale });
    void Promise.race([ssh.closed, watch.death]).then(endWatch);
    return {
      qemu,
      ssh,
      sshPort: port,
      console,
      marks,
      watch,
      kernelRelease,
      bootMs,
      backingFiles: devices.backingFiles.map(({ path }) => path),
      scratchFiles: files,
      expectedDevices: locateDevices(options.topology.devices, devices.placements, memoryDevices, options.qemu.version),
    };
  } catch (error) {
    watch.dismiss();
    ssh?.close();
    await qemu.stop();
    throw await blameMissingDriver(error, console.fatalSentence(), console.report() !== undefined, options.kernel);
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

async function waitUntilReady({ alive, scale, watch }: Boot, console: GuestConsole): Promise<void> {
  const slotMs = TIMEOUTS_MS.boot * scale;
  const ready = alive(console.ready);
  if (!(await settlesWithin(ready, slotMs))) {
    const silent = console.lastLines().length === 0 ? '; the kernel printed nothing' : '';
    watch.reportStall(`the guest did not get ready within ${slotMs / 1000} s (the limit for a boot)${silent}`);
  }
  return ready;
}

async function logIn(options: BootOptions, { alive, scale, watch }: Boot, port: number): Promise<SshConnection> {
  const slotMs = TIMEOUTS_MS.ssh * scale;
  const tooLate = AbortSignal.timeout(slotMs);
  const attempts = pRetry(
    () => connectSsh({ port, keys: options.keys, timeoutMs: slotMs, keepaliveMs: KEEPALIVE_MS }),
    {
      retries: SSH_RETRIES,
      minTimeout: 200,
      signal: options.signal === undefined ? tooLate : AbortSignal.any([tooLate, options.signal]),
    },
  );
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

/** A promise that an interruption of the run rejects, until it is released. */
function rejectOnAbort(signal: AbortSignal | undefined): { readonly rejected: Promise<never>; release(): void } {
  const { promise, reject } = createDeferred<never>();
  const abort = () => reject(signal?.reason instanceof Error ? signal.reason : new Error('the boot was interrupted'));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return { rejected: promise, release: () => signal?.removeEventListener('abort', abort) };
}

/** By it the guest's init makes its marks; the contract with guests/images. */
function tokenFile({ token }: Marks): GuestFile {
  return { path: 'usr/lib/pmemrig/token', mode: 0o600, content: `${token}\n` };
}

function keyFiles({ client, host }: RunKeys): GuestFile[] {
  return [
    { path: 'etc/ssh/ssh_host_ed25519_key', mode: 0o600, content: host.privateKey },
    { path: 'etc/ssh/ssh_host_ed25519_key.pub', mode: 0o644, content: `${host.publicKey}\n` },
    { path: 'root/.ssh/authorized_keys', mode: 0o600, content: `${client.publicKey}\n` },
  ];
}
