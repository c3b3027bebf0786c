import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningGuest } from '../../../guests/guest.ts';
import { forkGuest } from '../../../guests/fork/fork-guest.ts';
import { openTemplates } from '../../../guests/fork/templates.ts';
import { bootGuest } from '../../../guests/machine/boot-guest.ts';
import { forkWhen } from '../../run/guest/choose-boot.ts';
import { prepareImage } from '../../../guests/images/prepare-image.ts';
import { prepareKernel } from '../../../guests/kernels/prepare-kernel.ts';
import { probeAccelerator, requireTcg } from '../../../guests/qemu/accelerator.ts';
import { findQemu } from '../../../guests/qemu/find-qemu.ts';
import { createRunKeys } from '../../../guests/ssh/keys.ts';
import { acceleratorOf } from '../../model/accelerator.ts';
import type { Cell } from '../../model/cell.ts';
import { GuestDeath, SuiteSetupError } from '../../model/errors.ts';
import { makeDir } from '../../model/make-dir.ts';
import { cacheDir, runsDir } from '../../model/paths.ts';
import type { GuestDevice } from '../../model/pmem.ts';
import { formatSize } from '../../model/size.ts';
import { timeoutScale } from '../../model/timeouts.ts';
import { interruptSignal } from '../../run/interrupt.ts';
import { fitFilesystem } from '../../suites/shared/fit-filesystem.ts';
import { isMounted } from '../../suites/shared/mkfs-command.ts';
import { mountFilesystem } from '../../suites/shared/mount-filesystem.ts';
import { logLine } from '../../host/log-line.ts';

interface ShellGuest {
  readonly cell: Cell;
  /** The QEMU that the matrix names. */
  readonly qemu?: string;
  /** Runs in place of a shell. */
  readonly command: readonly string[];
}

/**
 * Boots a cell's guest with its pmem and its file system, hands the terminal over, and ends with the session. Gives the
 * session's exit status.
 */
export async function bootShell(options: ShellGuest): Promise<number> {
  using interrupt = interruptSignal();
  const runs = runsDir();
  await makeDir(runs);
  // Not in /tmp, which may be memory: the pmem files lie in it.
  const dir = await mkdtemp(join(runs, 'shell-'));
  try {
    return await openShell(options, dir, interrupt);
  } catch (error) {
    if (interrupt.aborted) return 130;
    if (!(error instanceof GuestDeath)) throw error;
    logLine(`${error.message}\n${error.evidence}`);
    return 1;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function openShell(
  { cell, qemu: explicit, command }: ShellGuest,
  dir: string,
  signal: AbortSignal,
): Promise<number> {
  const context = { cacheDir: cacheDir(), log: logLine, signal };
  const qemu = await findQemu(explicit === undefined ? {} : { explicit });
  const host = await probeAccelerator({ qemu, cacheDir: context.cacheDir });
  if (cell.guest.countInstructions) await requireTcg(host, { qemu, cacheDir: context.cacheDir });
  const accelerator = acceleratorOf(cell.guest, host.accelerator);
  const [kernel, image] = await Promise.all([prepareKernel(cell.kernel, context), prepareImage(cell.image, context)]);

  logLine(`starting ${kernel.description} with ${accelerator}`);
  const machine = {
    id: 1,
    kernel,
    image,
    topology: cell.pmem,
    guest: cell.guest,
    qemu,
    accelerator,
    keys: createRunKeys(),
    dir,
    signal,
  };
  const when = forkWhen(cell.guest);
  await using guest =
    when === undefined
      ? await bootGuest(machine)
      : await forkGuest(machine, openTemplates({ ...context, note: logLine }), when);
  signal.addEventListener('abort', () => void guest.dispose(), { once: true });
  const { problems } = await guest.setUpPmem();
  for (const device of guest.devices) logLine(`  ${describeDevice(device)}`);
  for (const problem of problems) logLine(`  ${problem}`);
  await mountIfAny(cell, guest, timeoutScale(accelerator));
  if (command.length > 0) return await runCommand(guest, command);
  logLine('this guest and all that is in it goes with the session');
  // Awaited here, since the guest goes when this function ends.
  return await guest.shell();
}

/** As the suites do it. Where it can't be mounted, that may be what the user came to look at. */
async function mountIfAny(cell: Cell, guest: RunningGuest, scale: number): Promise<void> {
  const { filesystem, note } = await fitFilesystem({ guest, timeoutScale: scale }, cell.filesystem);
  if (note !== undefined) logLine(`  ${note}`);
  if (!isMounted(filesystem)) return;
  try {
    const { device, path } = await mountFilesystem({ guest, timeoutScale: scale }, filesystem);
    logLine(
      `  ${path}  ${filesystem.type} on ${device.path}${filesystem.mountOptions === '' ? '' : `, ${filesystem.mountOptions}`}`,
    );
  } catch (error) {
    if (!(error instanceof SuiteSetupError)) throw error;
    logLine(`  ${filesystem.name} is not mounted: ${error.message}\n${error.evidence.replaceAll(/^/gm, '    ')}`);
  }
}

async function runCommand(guest: RunningGuest, command: readonly string[]): Promise<number> {
  const { exitCode } = await guest.exec(command, { onOutput: (chunk, stream) => void process[stream].write(chunk) });
  return exitCode ?? 1;
}

function describeDevice({ path, kind, mode, sizeBytes, dax }: GuestDevice): string {
  return `${path}  ${kind} ${mode}, ${formatSize(sizeBytes)}${dax ? ', DAX' : ''}`;
}
