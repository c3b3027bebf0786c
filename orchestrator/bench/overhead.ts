import { BOOT_TEST } from '../model/cell.ts';
import type { JournalEvent } from '../model/event.ts';

/**
 * The part (0 to 1) of a one-guest-at-a-time run in which no guest booted or ran a test, from the first cell on. An
 * upper bound of the controller's own work: a suite's set-up in the guest (mkfs, mount), which no test covers, is in it
 * too.
 */
export function measureOverhead(events: readonly JournalEvent[]): number {
  const first = events.find(({ type }) => type === 'cell-start');
  const last = events.at(-1);
  if (!first || !last) return 0;
  const wallMs = Date.parse(last.t) - Date.parse(first.t);
  const busyMs = events.reduce((sum, event) => {
    if (event.type === 'guest-boot') return sum + event.bootMs;
    if (event.type === 'test-end' && event.test !== BOOT_TEST && event.parent === undefined)
      return sum + event.durationMs;
    return sum;
  }, 0);
  return Math.max(0, wallMs - busyMs) / wallMs;
}
