import { randomBytes } from 'node:crypto';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';
import { describeQemuWords } from '../qemu/own-words.ts';
import type { QemuProcess } from '../qemu/qemu-process.ts';
import { loadState } from '../qemu/saved-state.ts';
import type { Bootable, Fork } from './bootable.ts';
import { composeWakeLines } from './wake.ts';

/** Once is enough: the kernel has looked at all others when it booted. */
const FIND_DEVICES = 'echo 1 > /sys/bus/pci/rescan && udevadm settle --timeout=60';

/** The words by which a fork finds the devices that its template had not; undefined if it has no such. */
export function composeDeviceSearch({ parted }: Pick<Bootable['devices'], 'parted'>): string | undefined {
  return parted.unsaved.length === 0 ? undefined : FIND_DEVICES;
}

/** As much as the kernel's generator holds. */
const SEED_BYTES = 32;

/**
 * Lets a guest go on from a template, with an identity of its own. Rejects with InfraError when QEMU does not take the
 * template's state; the QEMU is ended then.
 */
export async function resumeFork(
  { keys, marks }: Pick<Bootable, 'keys' | 'marks'>,
  { template }: Fork,
  qemu: Pick<QemuProcess, 'qmp' | 'type' | 'stop' | 'stderr'>,
): Promise<void> {
  try {
    await loadState(qemu.qmp, template.state);
    const seed = randomBytes(SEED_BYTES).toString('hex');
    qemu.type(composeWakeLines({ keys, marks, seed, nowMs: Date.now() }));
    await qemu.qmp.execute('cont');
  } catch (error) {
    await qemu.stop();
    throw new InfraError(`QEMU does not go on from it: ${describeQemuWords(qemu.stderr(), messageOf(error))}`, {
      code: 'template-unfit',
      cause: error,
    });
  }
}
