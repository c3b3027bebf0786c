import type { FlushFault, HostFlush } from '../../model/host-faults.ts';
import { RuleUnproven } from '../shared/rules/rule.ts';

/**
 * Throws RuleUnproven unless the host's log shows the fault: each flush that was to fail or wait did so, and one that was
 * to fail came at all. A delay may meet no flush, for whether one comes is then the question.
 */
export function requireFault({ error, delayMs, nth }: FlushFault, flushes: readonly HostFlush[]): void {
  if (error === undefined && delayMs === undefined) return;
  // One that was under way at the end may have failed or waited unseen.
  const ended = flushes.filter(({ result }) => result !== 'unseen');
  const due = nth === undefined ? ended : ended.slice(nth - 1, nth);
  if (error !== undefined && due.length === 0)
    throw new RuleUnproven(
      `${ended.length} flushes of the guest came to the host, so ${nth === undefined ? 'none' : `flush ${nth}`} could not fail ` +
        '(see flush/reaches-host)',
    );
  const missed = due.filter(({ injected }) => !injected).length;
  if (missed > 0)
    throw new RuleUnproven(`the rig's fault did not happen to ${missed} of the ${due.length} flushes that it was for`);
}
