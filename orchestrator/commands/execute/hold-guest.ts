import type { GuestKeeper } from '../../run/attempt/keep-guest.ts';
import { logLine } from '../../host/log-line.ts';

/**
 * Waits, after the reports, until the user or its own death ends the guest that was kept. Returns at once if no guest
 * was kept.
 */
export async function holdGuest({ kept }: GuestKeeper, signal: AbortSignal): Promise<void> {
  if (!kept) {
    logLine('no guest is kept: nothing failed in one that still answers');
    return;
  }
  if (signal.aborted) return;
  logLine(
    `guest ${kept.id} is kept as ${kept.test} left it: \`pmemrig shell --last\` in another terminal; ` +
      'Ctrl-C here lets it go',
  );
  const over = new AbortController();
  const interrupted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: over.signal });
  });
  // A pending promise keeps no process alive.
  const alive = setInterval(() => undefined, 60_000);
  const death = await Promise.race([interrupted, kept.death]);
  clearInterval(alive);
  over.abort();
  if (death) logLine(`the guest that was kept is gone: ${death.message}`);
}
