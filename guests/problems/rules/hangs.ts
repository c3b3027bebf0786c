import type { ProblemRule } from '../problem-rule.ts';

/** Nothing moves. None of these has an end mark. */
export const HANG_RULES: readonly ProblemRule[] = [
  { kind: 'soft-lockup', start: /^(?:(?:NMI )?watchdog: )?BUG: soft lockup - CPU#\d+ stuck for/, words: ['soft lockup'], shape: 'backtrace', signature: 'functions', bare: true },
  {
    kind: 'hard-lockup',
    start: /^(?:(?:NMI )?watchdog: )?(?:CPU\s?\d+: )?(?:Watchdog detected hard LOCKUP|Watchdog CPU:\d+ (?:detected )?Hard LOCKUP|BUG: hard lockup)|^Kernel panic - not syncing: (?:Watchdog detected hard LOCKUP|Hard LOCKUP)/i,
    words: ['LOCKUP', 'hard lockup'],
    shape: 'backtrace',
    signature: 'functions',
  },
  { kind: 'rcu-stall', start: /^(?:rcu: )?INFO: rcu_?\w+ (?:self-)?detected (?:expedited )?stalls?\b/, words: ['detected stall', 'detected expedited stall', 'detected stalls'], shape: 'backtrace', signature: 'functions', bare: true },
  { kind: 'hung-task', start: /^INFO: task .+:\d+ (?:<\S+> )?(?:blocked |can't die )(?:in I\/O wait )?for more than \d+ seconds/, words: ['for more than'], shape: 'backtrace', signature: 'functions', bare: true },
  { kind: 'workqueue-lockup', start: /^BUG: workqueue lockup - pool/, words: ['workqueue lockup'], shape: 'backtrace', signature: 'title', bare: true },
];
