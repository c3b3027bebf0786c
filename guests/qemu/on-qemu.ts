import type { QmpClient, QmpEvent } from './qmp.ts';

/** A running QEMU, for what changes its machine. */
interface QemuAtWork {
  readonly qmp: QmpClient;
  /** What QMP has reported since the boot began. */
  readonly events: () => readonly QmpEvent[];
  /** How long a guest may take to give a device back, in ms. */
  readonly unplugMs: number;
}

/**
 * Works the QEMU of one boot. `what` is for the message. Rejects with GuestDeath if the guest dies meanwhile, with the
 * InfraError of `act`, and with InfraError for any other of its errors.
 */
export type OnQemu = <Result>(act: (qemu: QemuAtWork) => Promise<Result>, what: string) => Promise<Result>;
