import type { ProblemRule } from '../problem-rule.ts';

/** Nothing moves. None of these has an end mark. */
export const HANG_RULES: readonly ProblemRule[] = [
  {
    kind: 'soft-lockup',
    // Without a line feed before it, where somebody was printing dots.
    start: /(?<title>(?:(?:NMI )?watchdog: )?BUG: soft lockup (?:- CPU#\d+ stuck for|detected on CPU#\d+!).*)/,
    words: ['soft lockup'],
    unless: /\bkernel: ?(?:(?:NMI )?watchdog: )?BUG: soft/,
    shape: 'backtrace',
    signature: 'functions',
    bare: true,
  },
  {
    kind: 'hard-lockup',
    start:
      /^(?:(?:NMI )?watchdog: )?(?:CPU\s?\d+: )?(?:(?:NMI )?Watchdog detected (?:hard )?LOCKUP|(?:Watchdog )?CPU[ :]?\d+ (?:self-)?(?:detected )?Hard LOCKUP|BUG: hard lockup)/i,
    words: ['LOCKUP', 'hard lockup'],
    shape: 'backtrace',
    signature: 'functions',
  },
  {
    kind: 'hard-lockup',
    start: /^Kernel panic - not syncing: (?:Watchdog detected )?hard LOCKUP/i,
    words: ['LOCKUP'],
    shape: 'panic',
    signature: 'functions',
    fatal: true,
  },
  {
    kind: 'rcu-stall',
    start: /(?:^|(?<=[^\s:'"]))(?<title>(?:rcu: )?INFO: rcu_?\w+ (?:self-)?detected (?:expedited )?stalls?\b.*)/,
    words: ['detected stall', 'detected expedited stall', 'detected stalls'],
    shape: 'backtrace',
    signature: 'functions',
    bare: true,
  },
  // 2.6.28 to 2.6.31.
  {
    kind: 'rcu-stall',
    start: /^(?:INFO: )?RCU detected CPU (?:\d+ stall|stalls:)/,
    words: ['RCU detected CPU'],
    shape: 'backtrace',
    signature: 'functions',
  },
  // A task's name may have a line feed: then the line begins with what comes after it.
  {
    kind: 'hung-task',
    start:
      /^(?:INFO: task )?.{1,40}:\d+ (?:<\S+> )?(?:blocked |can't die )(?:in I\/O wait |for I\/O )?for more than \d+ seconds/,
    words: ['for more than'],
    shape: 'backtrace',
    signature: 'functions',
    bare: true,
  },
  {
    kind: 'unhandled-irq',
    start: /^irq \d+: nobody cared/,
    words: ['nobody cared'],
    shape: 'backtrace',
    signature: 'handlers',
    since: '0.2',
  },
  {
    kind: 'workqueue-lockup',
    start: /^BUG: workqueue lockup - pool/,
    words: ['workqueue lockup'],
    shape: 'block',
    signature: 'title',
    bare: true,
  },
];
