import type { ProblemRule } from '../problem-rule.ts';

/** `WARNING: …` since 4.11, `[ INFO: … ]` or `[ BUG: … ]` before. */
const HEAD = String.raw`^(?:\[ (?:INFO|BUG): |(?:WARNING|INFO|BUG): )`;

function lockdep(kind: ProblemRule['kind'], words: string, pattern: string): ProblemRule {
  return {
    kind,
    start: new RegExp(HEAD + pattern),
    words: [words],
    shape: 'backtrace',
    signature: 'locks',
    bare: true,
  };
}

/** What CONFIG_PROVE_LOCKING and its relatives say. */
export const LOCKDEP_RULES: readonly ProblemRule[] = [
  // The validator's own limits.
  {
    kind: 'lockdep-off',
    start: /^BUG: (?:MAX_LOCKDEP_\w+|MAX_LOCK_DEPTH|MAX_STACK_TRACE_ENTRIES) too low!/,
    words: ['too low!'],
    shape: 'backtrace',
    signature: 'title',
    blame: 'rig',
  },
  lockdep('lockdep-circular', 'possible circular', 'possible circular locking dependency'),
  lockdep('lockdep-recursive', 'possible recursive', 'possible recursive locking'),
  lockdep('lockdep-irq-inversion', 'possible irq lock', 'possible irq lock inversion dependency'),
  lockdep(
    'lockdep-irq-inversion',
    'lock order detected',
    String.raw`[A-Za-z_]+(?:-READ)?-safe -> [A-Za-z_]+(?:-READ)?-unsafe lock order detected`,
  ),
  lockdep('lockdep-inconsistent-state', 'inconsistent lock state', 'inconsistent lock state'),
  lockdep('lockdep-invalid-wait-context', 'nvalid wait context', '[Ii]nvalid wait context'),
  lockdep('lockdep-unlock-imbalance', 'bad unlock ', 'bad unlock (?:balance|ordering) detected'),
  lockdep('lockdep-held-lock-freed', 'held lock freed', 'held lock freed'),
  // No stack trace comes: user space is where it would begin.
  {
    ...lockdep('lockdep-held-in-user-space', 'lock held when returning', 'lock held when returning to user space'),
    shape: 'block',
  },
  lockdep('lockdep-held-at-exit', 'lock held at task exit', 'lock held at task exit time'),
  lockdep('lockdep-held-at-exit', 'still has locks held', String.raw`.+ still has locks held`),
  lockdep('lockdep-other', 'bad contention', 'bad contention detected'),
  lockdep('lockdep-other', 'ested lock was not taken', '[Nn]ested lock was not taken'),
  {
    kind: 'lockdep-suspicious-rcu',
    start: new RegExp(`${HEAD}suspicious RCU usage`),
    words: ['suspicious RCU usage'],
    shape: 'backtrace',
    signature: 'functions',
    bare: true,
  },
  {
    kind: 'lockdep-non-static-key',
    start: /^INFO: trying to register non-static key/,
    words: ['register non-static key'],
    shape: 'backtrace',
    signature: 'functions',
    bare: true,
  },
  {
    kind: 'lockdep-non-static-key',
    start: /^BUG: key \S+ (?:not in \.data|has not been registered)/,
    words: ['BUG: key '],
    shape: 'end-trace',
    signature: 'functions',
  },
  {
    kind: 'lockdep-other',
    start: /^BUG: workqueue leaked (?:lock|atomic)/,
    words: ['workqueue leaked'],
    shape: 'backtrace',
    signature: 'functions',
  },
  {
    kind: 'lockdep-other',
    start: /^WARNING: .*\bkernel\/(?:locking\/)?lockdep\.c:\d+/,
    words: ['lockdep.c:'],
    shape: 'end-trace',
    signature: 'functions',
    bare: true,
  },
  {
    kind: 'lockdep-other',
    start: /^DEBUG_LOCKS_WARN_ON\(/,
    words: ['DEBUG_LOCKS_WARN_ON('],
    shape: 'end-trace',
    signature: 'functions',
  },
  {
    kind: 'lockdep-other',
    start: /^BUG: looking up invalid subclass: /,
    words: ['looking up invalid subclass'],
    shape: 'backtrace',
    signature: 'functions',
  },
  // Said at the end of a report too.
  {
    kind: 'lockdep-off',
    start: /^turning off the locking correctness validator/,
    words: ['turning off the locking'],
    shape: 'backtrace',
    signature: 'title',
    blame: 'rig',
  },
  {
    kind: 'sleep-in-atomic',
    start: /^(?:BUG|Debug): sleeping function called from invalid context/,
    words: ['sleeping function called'],
    shape: 'backtrace',
    signature: 'functions',
    bare: true,
  },
  {
    kind: 'sleep-in-atomic',
    start: /^(?:BUG: |bad: )?(?:scheduling while atomic\b|atomic scheduling while)/,
    words: ['while atomic', 'atomic scheduling'],
    shape: 'backtrace',
    signature: 'functions',
    bare: true,
  },
];
