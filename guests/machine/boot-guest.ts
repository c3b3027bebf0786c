import { present } from '../../orchestrator/model/present.ts';
import type { BootOptions } from '../boot/bootable.ts';
import { holdGuest, type HeldGuest } from './hold-guest.ts';
import { createMachine } from './machine.ts';
import type { MachineOptions } from './machine-files.ts';

/**
 * Makes a machine and boots it. Rejects as both do, and leaves nothing behind then but the logs. The machine goes with
 * the guest.
 */
export async function bootGuest(options: MachineOptions & Omit<BootOptions, 'again'>): Promise<HeldGuest> {
  const { signal, onConsoleLine } = options;
  const bootOptions = present({ signal, onConsoleLine });
  signal?.throwIfAborted();
  const machine = await createMachine(options);
  try {
    return holdGuest(machine, await machine.boot(bootOptions), bootOptions);
  } catch (error) {
    await machine.dispose();
    throw error;
  }
}
