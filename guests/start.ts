import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pRetry from 'p-retry';
import type { GuestSpec } from '../orchestrator/model/matrix.ts';
import type { PmemTopology } from '../orchestrator/model/pmem.ts';
import { TIMEOUTS_MS, timeoutScale } from '../orchestrator/model/timeouts.ts';
import { createBackingFiles, removeFiles } from './backing-files.ts';
import { watchDeath, type DeathWatch } from './death-watch.ts';
import { createDeferred, settlesWithin } from './deferred.ts';
import { writeGuestInitrd } from './images/guest-initrd.ts';
import type { PreparedImage } from './images/prepare-image.ts';
import type { PreparedKernel } from './kernels/prepare-kernel.ts';
import { composeArgv } from './qemu/argv.ts';
import { openConsoleLog } from './qemu/console-log.ts';
import { createConsole, type GuestConsole } from './qemu/console.ts';
import { composeDevices, type DeviceComposition } from './qemu/devices.ts';
import type { QemuBinary } from './qemu/find-qemu.ts';
import { blameQemuStart } from './qemu/blame-start.ts';
import { startQemu, type QemuProcess } from './qemu/qemu-process.ts';
import { queryMemoryDevices, querySshPort } from './qemu/queries.ts';
import type { QmpEvent } from './qemu/qmp.ts';
import { locateDevices, type ExpectedDevice } from './pmem/expected-device.ts';
import { connectSsh, type SshConnection } from './ssh/connection.ts';
import { execOverSsh } from './ssh/exec.ts';
import type { RunKeys } from './ssh/keys.ts';

/** QEMU's start to its QMP greeting; a host that swaps takes seconds. */
const QEMU_START_MS = 15_000;
const SSH_RETRIES = 4;
const KEEPALIVE_MS = 10_000;

export interface BootOptions {
  /** Counts from 1 within the run. */
  readonly id: number;
  readonly kernel: PreparedKernel;
  readonly image: PreparedImage;
  readonly topology: PmemTopology;
  readonly guest: GuestSpec;
  readonly qemu: QemuBinary;
  readonly accelerator: 'kvm' | 'tcg';
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
  readonly watch: DeathWatch;
  readonly kernelRelease: string;
  readonly bootMs: number;
  readonly backingFiles: readonly string[];
  readonly scratchFiles: readonly string[];
  readonly expectedDevices: readonly ExpectedDevice[];
}

/**
 * Boots up to the first answer over SSH. Rejects as `bootGuest` does; what was made on the way is let go again then.
 */
export async function startGuest(options: BootOptions): Promise<StartedGuest> {
  const { dir, guest, topology } = options;
  options.signal?.throwIfAborted();
  const initrd = join(dir, 'initrd.cpio');
  const devices = composeDevices(topology.devices, { memoryBytes: guest.memoryBytes, backing: (index) => join(dir, `pmem${index}.img`) });
  const files = [initrd, ...devices.backingFiles.map(({ path }) => path)];
  try {
    await createBackingFiles(devices.backingFiles, dir);
    await writeGuestInitrd({ base: options.kernel.initramfs, out: initrd, files: keyFiles(options.keys) });
    const argv = composeArgv({
      name: `pmemrig-${options.id}`,
      accelerator: options.accelerator,
      guest,
      kernel: options.kernel.image,
      initrd,
      rootDisk: options.image.disk,
      ...(options.kernel.modulesDisk === undefined ? {} : { modulesDisk: options.kernel.modulesDisk }),
      devices,
    });
    await writeFile(join(dir, 'qemu.json'), `${JSON.stringify({ ...options.qemu, argv }, null, 2)}\n`);
    return await runQemu(options, argv, devices, files);
  } catch (error) {
    await removeFiles(files);
    throw error;
  }
}

async function runQemu(options: BootOptions, argv: readonly string[], devices: DeviceComposition, files: readonly string[]): Promise<StartedGuest> {
  const events: QmpEvent[] = [];
  const console = createConsole(options.onConsoleLine);
  const consoleLog = openConsoleLog(join(options.dir, 'console.log'));
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
  const watch = watchDeath({ qemu: { ...qemu, exited: closed }, console, events, timeoutScale: timeoutScale(options.accelerator) });
  let ssh: SshConnection | undefined;
  try {
    const [port, memoryDevices] = await Promise.all([querySshPort(qemu.qmp), queryMemoryDevices(qemu.qmp)]);
    await waitUntilReady(options, watch, console);
    ssh = await logIn(options, watch, port);
    void ssh.closed.then((reason) => watch.reportSshClosed(reason));
    const { stdout: kernelRelease } = await whileAlive(options, watch, execOverSsh(ssh, ['uname', '-r']));
    const bootMs = performance.now() - startedAt;
    return {
      qemu,
      ssh,
      watch,
      kernelRelease: kernelRelease.trim(),
      bootMs,
      backingFiles: devices.backingFiles.map(({ path }) => path),
      scratchFiles: files,
      expectedDevices: locateDevices(options.topology.devices, devices.placements, memoryDevices),
    };
  } catch (error) {
    watch.dismiss();
    ssh?.close();
    await qemu.stop();
    throw error;
  }
}

async function waitUntilReady(options: BootOptions, watch: DeathWatch, console: GuestConsole): Promise<void> {
  const slotMs = TIMEOUTS_MS.boot * timeoutScale(options.accelerator);
  const ready = whileAlive(options, watch, console.ready);
  if (!(await settlesWithin(ready, slotMs))) {
    const silent = console.lastLines().length === 0 ? '; the kernel printed nothing' : '';
    watch.reportStall(`the guest did not get ready within ${slotMs / 1000} s (slot "boot")${silent}`);
  }
  return ready;
}

async function logIn(options: BootOptions, watch: DeathWatch, port: number): Promise<SshConnection> {
  const scale = timeoutScale(options.accelerator);
  const slotMs = TIMEOUTS_MS.ssh * scale;
  const tooLate = AbortSignal.timeout(slotMs);
  const attempts = pRetry(() => connectSsh({ port, keys: options.keys, timeoutMs: slotMs, keepaliveMs: KEEPALIVE_MS * scale }), {
    retries: SSH_RETRIES,
    minTimeout: 200,
    signal: options.signal === undefined ? tooLate : AbortSignal.any([tooLate, options.signal]),
  });
  const connection = attempts.catch((error: unknown) => {
    const why = tooLate.aborted ? '' : `: ${error instanceof Error ? error.message : String(error)}`;
    watch.reportSshLost(`sshd of the guest let nobody in within ${slotMs / 1000} s (slot "ssh")${why}`);
    return watch.death.then((death) => Promise.reject(death));
  });
  return whileAlive(options, watch, connection);
}

/** `action`, unless the guest dies or the run is interrupted first. */
async function whileAlive<T>({ signal }: BootOptions, { death }: DeathWatch, action: Promise<T>): Promise<T> {
  const aborted = createDeferred<never>();
  const abort = () => aborted.reject(signal?.reason instanceof Error ? signal.reason : new Error('the boot was interrupted'));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([action, aborted.promise, death.then((cause) => Promise.reject(cause))]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function keyFiles({ client, host }: RunKeys): { path: string; mode: number; content: string }[] {
  return [
    { path: 'etc/ssh/ssh_host_ed25519_key', mode: 0o600, content: host.privateKey },
    { path: 'etc/ssh/ssh_host_ed25519_key.pub', mode: 0o644, content: `${host.publicKey}\n` },
    { path: 'root/.ssh/authorized_keys', mode: 0o600, content: `${client.publicKey}\n` },
  ];
}
