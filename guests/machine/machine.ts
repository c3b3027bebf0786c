import type { BootFiles } from '../../orchestrator/model/host-control.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import type { BootOptions } from '../boot/bootable.ts';
import { startGuest } from '../boot/start.ts';
import { removeFiles } from '../devices/backing-files.ts';
import { assembleGuest, type BootOfMachine } from '../guest.ts';
import { makeMachineFiles, type MachineOptions } from './machine-files.ts';
import { createPlugs, type Plugs } from './plugs.ts';

/** Backing files, topology and arguments. It outlives its boots, which all have the same pmem. */
export interface Machine extends AsyncDisposable {
  /** What is plugged in beside the topology. */
  readonly plugs: Plugs;
  readonly bootFiles: BootFiles;
  /**
   * Boots, and waits until the guest answers over SSH; the boot before must have ended. Rejects with GuestDeath (it
   * panicked, powered off, never got ready), UserError (no kernel that QEMU can boot) or InfraError (QEMU would not
   * start). It can be asked again then.
   */
  boot(options?: Omit<BootOptions, 'again'>): Promise<BootOfMachine>;
  /** Ends its guest and removes its files, but the logs. Idempotent, never rejects. */
  dispose(): Promise<void>;
}

/** Makes a machine's files. Rejects as `makeMachineFiles` does. */
export async function createMachine(options: MachineOptions): Promise<Machine> {
  const { bootable, files, machineType } = await makeMachineFiles(options);
  const plugs = createPlugs({ dir: options.dir, machineType, devices: options.topology.devices });
  let guest: BootOfMachine | undefined;
  let booting: Promise<unknown> = Promise.resolve();
  let again = false;
  let disposing: Promise<void> | undefined;
  const ending = new AbortController();
  const tearDown = async (): Promise<void> => {
    await guest?.dispose();
    ending.abort(new InfraError(`guest ${options.id} was ended by the rig`, { code: 'guest-disposed' }));
    await booting.catch(() => undefined);
    await removeFiles([...files, ...plugs.files]);
  };
  const dispose = (): Promise<void> => (disposing ??= tearDown());
  return {
    plugs,
    bootFiles: bootable.bootFiles,
    boot: async ({ signal, ...others } = {}) => {
      const bootOptions = {
        ...others,
        signal: signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]),
      };
      const started = startGuest({ ...bootable, argv: [...bootable.argv, ...plugs.argv] }, { ...bootOptions, again });
      booting = started;
      again = true;
      guest = assembleGuest(bootable, bootOptions, await started);
      return guest;
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
