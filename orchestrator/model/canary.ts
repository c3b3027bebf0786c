/**
 * What `guests/canary/module` can do to a kernel: the names of its commands, in the order in which they are tried. The
 * panic comes last, the reports that only take a moment first.
 */
export const CANARIES = [
  'abba',
  'recursive',
  'irq-unsafe',
  'sleep-in-atomic',
  'suspicious-rcu',
  'held-at-exit',
  'warn',
  'oops',
  'hung-task',
  'soft-lockup',
  'rcu-stall',
  'panic',
] as const;

export type CanaryName = (typeof CANARIES)[number];

/** The canary's module for one kernel, or why there is none. */
export type CanaryModule =
  { readonly kind: 'built'; readonly path: string } | { readonly kind: 'impossible'; readonly reason: string };
