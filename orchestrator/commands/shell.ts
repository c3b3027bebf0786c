import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bootGuest } from '../../guests/guest.ts';
import { prepareImage } from '../../guests/images/prepare-image.ts';
import { prepareKernel } from '../../guests/kernels/prepare-kernel.ts';
import { probeAccelerator } from '../../guests/qemu/accelerator.ts';
import { findQemu } from '../../guests/qemu/find-qemu.ts';
import { createRunKeys } from '../../guests/ssh/keys.ts';
import type { Cell } from '../model/cell.ts';
import { GuestDeath, UserError } from '../model/errors.ts';
import { cacheDir, runsDir } from '../model/paths.ts';
import type { GuestDevice } from '../model/pmem.ts';
import { formatSize } from '../model/size.ts';
import { interruptSignal } from '../run/interrupt.ts';
import type { OnceOptions } from './compose-once.ts';
import { planFile, planFlags, type PlannedMatrix } from './load-plan.ts';

/** `pmemrig shell`: boots the guest of one cell, sets up its pmem and hands the terminal over; ends with the session. */
export async function shellCommand(matrixPath: string | undefined, cellGlob: string | undefined, options: OnceOptions): Promise<number> {
  if (!process.stdin.isTTY) {
    throw new UserError('a shell needs a terminal, and stdin is none', { code: 'no-terminal', remedy: 'to run a command in a guest: pmemrig once … -- COMMAND' });
  }
  const { matrix, cell } = await chooseCell(matrixPath, cellGlob, options);
  using interrupt = interruptSignal();
  const runs = runsDir();
  await mkdir(runs, { recursive: true });
  // Not in /tmp, which may be memory: the pmem files lie in it.
  const dir = await mkdtemp(join(runs, 'shell-'));
  try {
    return await openShell(cell, dir, matrix.qemu, interrupt);
  } catch (error) {
    if (interrupt.aborted) return 130;
    if (!(error instanceof GuestDeath)) throw error;
    say(`${error.message}\n${error.evidence}`);
    return 1;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function openShell(cell: Cell, dir: string, explicit: string | undefined, signal: AbortSignal): Promise<number> {
  const context = { cacheDir: cacheDir(), log: say, signal };
  const qemu = await findQemu(explicit === undefined ? {} : { explicit });
  const { accelerator } = await probeAccelerator({ qemu, cacheDir: context.cacheDir });
  const [kernel, image] = await Promise.all([prepareKernel(cell.kernel, context), prepareImage(cell.image, context)]);

  say(`booting ${kernel.description} with ${accelerator}`);
  await using guest = await bootGuest({ id: 1, kernel, image, topology: cell.pmem, guest: cell.guest, qemu, accelerator, keys: createRunKeys(), dir, signal, log: say });
  signal.addEventListener('abort', () => void guest.dispose(), { once: true });
  const { problems } = await guest.setUpPmem();
  for (const device of guest.devices) say(`  ${describeDevice(device)}`);
  for (const problem of problems) say(`  ${problem}`);
  say('this guest and all that is in it goes with the session');
  // Awaited here, since the guest goes when this function ends.
  return await guest.shell();
}

async function chooseCell(path: string | undefined, glob: string | undefined, options: OnceOptions): Promise<{ readonly matrix: PlannedMatrix['matrix']; readonly cell: Cell }> {
  const { matrix, plan } = path === undefined ? await planFlags(options, ['true']) : await planFile(path, glob === undefined ? [] : [glob]);
  const [cell, ...others] = plan.cells;
  if (!cell || others.length > 0) {
    throw new UserError(`${plan.cells.length} cells match, and a shell is of one`, {
      code: 'not-one-cell',
      remedy: `name one of: ${plan.cells.slice(0, 8).map(({ id }) => id).join(', ')}${plan.cells.length > 8 ? ', …' : ''}`,
    });
  }
  return { matrix, cell };
}

function describeDevice({ path, kind, mode, sizeBytes, dax }: GuestDevice): string {
  return `${path}  ${kind} ${mode}, ${formatSize(sizeBytes)}${dax ? ', DAX' : ''}`;
}

/** What the rig says goes to stderr: stdout is the session's own. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
