import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Accelerator } from '../../orchestrator/model/accelerator.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { GUEST_ARCH } from '../arch/architectures.ts';
import { createBackingFiles } from '../devices/backing-files.ts';
import { composeHardware } from './argv.ts';
import { composeDevices, exampleDevices } from '../devices/compose-devices.ts';
import type { QemuBinary } from './find-qemu.ts';
import { splitQemuWords } from './own-words.ts';
import { startQemu } from './qemu-process.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

const MIB = 2 ** 20;
/** A whole number of GiB: of any other QEMU itself warns where memory is given to an e820. */
const MEMORY_BYTES = 1024 * MIB;
const START_MS = 15_000;

/**
 * Makes a guest's machine with a device of each kind, runs nothing in it, and gives QEMU's warnings, each once.
 * Rejects with InfraError, in QEMU's words, where such a machine cannot be made.
 */
export async function tryQemuStart(
  qemu: QemuBinary,
  accelerator: Accelerator,
  machineType = GUEST_ARCH.machineType,
): Promise<readonly string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-start-'));
  try {
    // What a QEMU warns of may concern a single kind.
    const devices = composeDevices(exampleDevices(), {
      machineType,
      memoryBytes: MEMORY_BYTES,
      backing: (index) => join(dir, `pmem${index}.img`),
    });
    const rootDisk = join(dir, 'root.img');
    await createBackingFiles([...devices.backingFiles, { path: rootDisk, sizeBytes: MIB }], dir);
    const guest = { cpus: 1, memoryBytes: MEMORY_BYTES, append: [] };
    const hardware = composeHardware({
      name: 'pmemrig-doctor',
      accelerator,
      architecture: GUEST_ARCH,
      machineType,
      guest,
      rootDisk,
      devices,
    });
    const argv = [...hardware, '-S'];
    const running = await startQemu({
      qemu,
      argv,
      onConsole: () => undefined,
      onEvent: () => undefined,
      startTimeoutMs: START_MS,
    }).catch((error: unknown) => {
      throw new InfraError(`QEMU cannot make a guest: ${messageOf(error)}`, {
        code: 'qemu-start',
        remedy: 'name a QEMU with all devices of a guest with $PMEMRIG_QEMU',
        cause: error,
      });
    });
    await running.stop();
    return splitQemuWords(running.stderr()).warnings;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
