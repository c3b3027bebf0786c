import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitDeviceBytes } from '../../orchestrator/model/device-kinds.ts';
import { present } from '../../orchestrator/model/present.ts';
import { TIMEOUTS_MS, timeoutScale } from '../../orchestrator/model/timeouts.ts';
import { type StartedGuest, startGuest } from '../boot/start.ts';
import { composeRecord, keepDisks, TEMPLATE_FILES } from '../boot/template.ts';
import { settlesWithin } from '../deferred.ts';
import { assembleGuest, type BootOfMachine } from '../guest.ts';
import { type MachineOptions, makeMachineFiles, TEMPLATE_FLAG } from '../machine/machine-files.ts';
import { saveState } from '../qemu/saved-state.ts';
import { createRunKeys } from '../ssh/keys.ts';
import { copySparse } from '../store/sparse-file.ts';
import { openRam } from './open-ram.ts';

/** What of a guest's options a template has in common with its forks. */
export type TemplateOptions = Omit<MachineOptions, 'id' | 'keys' | 'dir' | 'template' | 'ramFd'>;

/** Guests of a run count from 1. */
const TEMPLATE_ID = 0;
/** What the guest's init says when it waits to be forked; the contract with guests/images. */
const WAITS_MARK = 'template';

/**
 * Boots a guest and keeps it in `dir`, as it is after its first answer over SSH. Its keys are thrown away. Rejects as a
 * boot does, with InfraError for a full disk, or with an Error in words on why no template is to be made of it.
 */
export async function makeTemplate(options: TemplateOptions, dir: string, signal?: AbortSignal): Promise<void> {
  const ramBytes = options.guest.memoryBytes + splitDeviceBytes(options.topology.devices).memory;
  await using ram = await openRam(ramBytes, dir);
  const { bootable, files } = await makeMachineFiles({
    ...options,
    id: TEMPLATE_ID,
    dir,
    keys: createRunKeys(),
    ramFd: ram.fd,
  });
  const bootOptions = present({ signal });
  const started = await startGuest(bootable, bootOptions);
  {
    await using guest = assembleGuest(bootable, bootOptions, started);
    await leaveGuest(guest, started, timeoutScale(options.accelerator));
    await guest.pause();
    const state = await saveState(started.qemu.qmp);
    await writeFile(join(dir, TEMPLATE_FILES.state), state, { mode: 0o600 });
    const { image, kernel, qemu } = options;
    const about = { kernel: kernel.description, image: image.description, qemu: qemu.version };
    await writeFile(join(dir, TEMPLATE_FILES.record), composeRecord(state, about));
  }
  await copySparse(`/proc/${process.pid}/fd/${ram.fd}`, join(dir, TEMPLATE_FILES.ram), bootOptions);
  await rm(bootable.bootFiles.initramfs);
  await keepDisks(files.filter((file) => file !== bootable.bootFiles.initramfs));
}

/**
 * Looks at the boot, as that is what each fork is to report, and leaves the guest alone: it waits to be forked then.
 * Rejects with an Error in words when there is something to report.
 */
async function leaveGuest(guest: BootOfMachine, { console, ssh, watch }: StartedGuest, scale: number): Promise<void> {
  const { lost, onConsole } = await guest.mark('the boot is over');
  const [problem] = guest.takeProblems();
  if (problem !== undefined) throw new Error(`its kernel reports as it boots: ${problem.title}`);
  if (!onConsole || lost > 0) throw new Error('its kernel could not be heard to the end');
  const waits = console.sees(WAITS_MARK);
  await guest.exec(['rm', TEMPLATE_FLAG]);
  // That the connection ends is no death.
  watch.dismiss();
  ssh.close();
  const slotMs = TIMEOUTS_MS.fork * scale;
  if (!(await settlesWithin(waits, slotMs)))
    throw new Error(`it does not wait to be forked after ${slotMs / 1000} s (the limit for a fork)`);
}
