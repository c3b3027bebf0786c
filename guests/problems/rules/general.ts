import type { ProblemRule } from '../problem-rule.ts';

/** The forms that any code may use. They come last: whoever says more names the report. */
export const GENERAL_RULES: readonly ProblemRule[] = [
  // The words that come before a BUG() or a WARN().
  {
    kind: 'bug',
    start: /^usercopy: [Kk]ernel memory (?:exposure|overwrite) attempt/,
    words: ['usercopy: '],
    shape: 'end-trace',
    signature: 'functions',
  },
  // A line for each counter.
  {
    kind: 'bug',
    start: /^BUG: (?:Bad rss-counter state|non-zero pgtables_bytes on freeing) mm:/,
    words: ['BUG: Bad rss-counter', 'BUG: non-zero pgtables'],
    shape: 'block',
    signature: 'title',
  },
  {
    kind: 'bug',
    start: /^BUG: (?=\S)/,
    words: ['BUG: '],
    // A recursion of printk is reported in the midst of others' lines, and is not part of them.
    unless: /recent printk recursion/,
    shape: 'backtrace',
    signature: 'functions',
  },
  {
    kind: 'warning',
    start: /^WARNING: (?:CPU: \d+ PID: -?\d+ |(?:\[.+\] )?\S+:\d+ at |at \S+:\d+)/,
    words: ['WARNING: '],
    shape: 'end-trace',
    signature: 'functions',
    bare: true,
  },
  // What WARN() said before 2.6.19, and powerpc for longer.
  { kind: 'warning', start: /^Badness (?:at|in) \S+/, words: ['Badness '], shape: 'backtrace', signature: 'functions' },
  {
    kind: 'warning',
    start: /^WARNING: kernel stack (?:regs|frame pointer) at .* has bad/,
    words: ['WARNING: kernel stack'],
    shape: 'line',
    signature: 'title',
  },
  {
    kind: 'warning',
    start: /^WARNING: kmemcheck: Caught /,
    words: ['kmemcheck: Caught'],
    shape: 'backtrace',
    signature: 'functions',
  },
  // The first banner is the boot's.
  {
    kind: 'unexpected-reboot',
    start: /^Linux version \d/,
    words: ['Linux version '],
    shape: 'line',
    signature: 'title',
    again: true,
    fatal: true,
  },
  {
    kind: 'panic',
    start: /^Kernel panic(?: - not syncing|: )/,
    words: ['Kernel panic - not syncing', 'Kernel panic: '],
    shape: 'panic',
    signature: 'functions',
    bare: true,
    fatal: true,
  },
];
