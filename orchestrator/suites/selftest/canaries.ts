import type { CanaryName } from '../../model/canary.ts';
import type { ExpectedProblem } from '../../model/expected-problem.ts';

export interface Canary {
  readonly expects: ExpectedProblem;
  /** How long it lasts, in the guest's seconds; absent: a moment. */
  readonly lastsSec?: number;
  /** Files of the guest that make the kernel complain within that time, with what is written to them. */
  readonly thresholds?: Readonly<Record<string, number>>;
}

/**
 * What each command of the canary must be seen as. The kernel's wording decides, and the module's code is chosen so
 * that only one wording is possible. `irq-unsafe` takes one lock in both contexts (inconsistent state), not two in turn
 * (irq inversion).
 */
export const CANARY_TABLE: Readonly<Record<CanaryName, Canary>> = {
  abba: { expects: { kinds: ['lockdep-circular'] } },
  recursive: { expects: { kinds: ['lockdep-recursive'] } },
  'irq-unsafe': { expects: { kinds: ['lockdep-inconsistent-state'] } },
  'sleep-in-atomic': { expects: { kinds: ['sleep-in-atomic'] } },
  'suspicious-rcu': { expects: { kinds: ['lockdep-suspicious-rcu'] } },
  'held-at-exit': { expects: { kinds: ['lockdep-held-at-exit'] } },
  warn: { expects: { kinds: ['warning'] } },
  oops: { expects: { kinds: ['null-dereference'] } },
  // khungtaskd looks every two seconds then, and complains at the third look at the latest.
  'hung-task': {
    expects: { kinds: ['hung-task'] },
    lastsSec: 10,
    thresholds: { '/proc/sys/kernel/hung_task_timeout_secs': 2 },
  },
  // Reported after twice the threshold; the clock of the watchdog counts whole seconds.
  'soft-lockup': {
    expects: { kinds: ['soft-lockup'] },
    lastsSec: 8,
    thresholds: { '/proc/sys/kernel/watchdog_thresh': 1 },
  },
  // The least that the kernel takes is three seconds, to which PROVE_RCU adds five (RCU_STALL_DELAY_DELTA).
  'rcu-stall': {
    expects: { kinds: ['rcu-stall'] },
    lastsSec: 13,
    thresholds: { '/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout': 3 },
  },
  panic: { expects: { kinds: ['panic'], fatal: true } },
};
