import type { DeathWatch } from './death-watch.ts';
import { ChannelRefused, ConnectionLost } from '../ssh/connection.ts';
import { ExecStuck } from '../ssh/exec.ts';

/**
 * Whatever waits on a guest ends when the guest does, with the cause: `gone` rejects with it. An `action` that fails
 * for want of the guest only starts the search for that cause, which the watch ends within its own bounds.
 */
export async function whileAlive<T>(
  action: Promise<T>,
  gone: Promise<never>,
  watch: Pick<DeathWatch, 'reportStall' | 'reportSshLost'>,
): Promise<T> {
  try {
    return await Promise.race([action, gone]);
  } catch (error) {
    if (error instanceof ExecStuck) watch.reportStall(error.message);
    else if (error instanceof ChannelRefused) watch.reportSshLost(error.message);
    // The watch notices a lost connection by itself.
    else if (!(error instanceof ConnectionLost)) throw error;
    return gone;
  }
}
