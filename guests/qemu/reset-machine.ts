import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';
import type { QemuProcess } from './qemu-process.ts';
import type { QmpEvent } from './qmp.ts';

const RESET_WAIT_MS = 5000;
const POLL_MS = 10;

/** How the reset's boot is heard. */
interface NewEars {
  /** Puts new ears in place; calls back at the first line that they hear. */
  readonly listenAnew: (onFirstLine: () => void) => void;
  /** What those in place have heard of QMP. */
  readonly events: () => readonly QmpEvent[];
}

/**
 * Resets a machine. Guests run with `-no-reboot`, by which QEMU would end at any reset. That is switched off until the
 * new kernel prints its first line: SeaBIOS resets the machine once more by itself before it starts a kernel. The guest
 * stands still at first, so that its old kernel says nothing to the new ears. Rejects with InfraError.
 */
export async function resetMachine({ qmp }: Pick<QemuProcess, 'qmp'>, { listenAnew, events }: NewEars): Promise<void> {
  try {
    await qmp.execute('stop');
    // A QEMU that does not take it is about to end.
    listenAnew(() => void qmp.execute('set-action', { reboot: 'shutdown' }).catch(() => undefined));
    await qmp.execute('set-action', { reboot: 'reset' });
    await qmp.execute('system_reset');
    await waitForReset(events);
    await qmp.execute('cont');
  } catch (error) {
    throw new InfraError(`QEMU did not reset the machine: ${messageOf(error)}`, { code: 'qemu-control', cause: error });
  }
}

async function waitForReset(events: () => readonly QmpEvent[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < RESET_WAIT_MS; waitedMs += POLL_MS) {
    if (events().some(({ event }) => event === 'RESET')) return;
    await sleep(POLL_MS);
  }
  throw new Error(`no RESET came within ${RESET_WAIT_MS / 1000} s`);
}
