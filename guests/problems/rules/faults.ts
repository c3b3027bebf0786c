import type { ProblemRule } from '../problem-rule.ts';

/** An exception's name before its number: `Oops: ` came to stand before it in 6.7. */
const TRAP = String.raw`^(?:traps: )?(?:Oops: )?`;

function fault(kind: ProblemRule['kind'], start: RegExp, words: readonly string[]): ProblemRule {
  return { kind, start, words, shape: 'end-trace', signature: 'functions', bare: true };
}

/** What is said before a BUG() or a WARN(), and says more than that. */
const REASONS: readonly ProblemRule[] = [
  fault('bug', /^rust_kernel: panicked at /, ['rust_kernel: panicked']),
  {
    ...fault('bug', /^(?:detected buffer overflow in \w|\w+: detected buffer overflow: )/, [
      'detected buffer overflow',
    ]),
    since: '0.2',
  },
  { ...fault('cfi', /^CFI failure (?:at \S|\(target: )/, ['CFI failure ']), since: '0.2' },
];

/** The processor refused. On most machines the first line says what and an `Oops:` or `Internal error:` follows. */
export const FAULT_RULES: readonly ProblemRule[] = [
  ...REASONS,
  {
    kind: 'panic',
    start: /^(?:traps: )?PANIC: double fault/,
    words: ['PANIC: double fault'],
    shape: 'end-trace',
    signature: 'functions',
    bare: true,
    fatal: true,
  },
  { kind: 'panic', start: /^trusty: panic \(/, words: ['trusty: panic'], shape: 'end-trace', signature: 'title' },
  fault(
    'stack-overflow',
    /^(?:BUG: )?(?:stack guard page was hit|IRQ stack guard page was hit|TASK stack guard page was hit)/,
    ['stack guard page was hit'],
  ),
  fault('stack-overflow', /^(?:\w+\(\): )?\S+ has overflown the kernel stack/, ['has overflown the kernel stack']),
  {
    ...fault('stack-overflow', /^(?:do_IRQ: stack overflow: |Kernel stack overflow in process )/, [
      'stack overflow: ',
      'stack overflow in process',
    ]),
    shape: 'backtrace',
  },
  fault('stack-overflow', /^Insufficient stack space to handle exception!/, ['Insufficient stack space']),
  {
    kind: 'stack-overflow',
    start: /^Kernel panic - not syncing: kernel stack overflow/,
    words: ['kernel stack overflow'],
    shape: 'panic',
    signature: 'functions',
    bare: true,
    fatal: true,
  },
  fault('null-dereference', /^BUG: (?:unable to handle )?kernel NULL pointer dereference/, [
    'kernel NULL pointer dereference',
  ]),
  fault('null-dereference', /^(?:(?:BUG|Oops): )?(?:Unable to handle )?[Kk]ernel NULL pointer dereference/, [
    'NULL pointer dereference',
  ]),
  fault('paging-fault', /^(?:\S+: )?BUG: unable to handle (?:kernel paging request|page fault)/, ['unable to handle']),
  fault(
    'paging-fault',
    /^(?:CPU \d+ )?(?:BUG: )?[Uu]nable to handle kernel (?:paging request|pointer dereference|data access|instruction fetch|access to user memory|unaligned access|write to read-only memory|execution of user memory|execute from non-executable memory|unknown paging fault)/,
    ['nable to handle kernel'],
  ),
  fault(
    'general-protection',
    /(?:^|user memory access)(?:traps: )?(?:Oops: )?(?<title>(?:segment-related )?general protection fault(?:: [\da-f]{1,8} \[#\d+\]|(?:, probably)? for non-canonical address|, maybe for address|: [\da-f]{4}\b).*)/,
    ['general protection fault'],
  ),
  fault('divide-error', new RegExp(`${TRAP}divide[ _]error: `), ['divide error', 'divide_error']),
  fault('bug', /^[Kk]ernel BUG (?:at \S|in )/, ['ernel BUG ']),
  fault(
    'oops',
    new RegExp(
      `${TRAP}(?:stack segment|int3|invalid opcode|invalid operand|bounds|overflow|invalid TSS|segment not present|alignment check|coprocessor segment overrun|double fault|control protection|debug|unknown): [\\da-f]{4}\\b`,
    ),
    [
      'stack segment',
      'int3: ',
      'invalid opcode',
      'invalid operand',
      'double fault',
      ': 0000 [',
      'segment not present',
      'alignment check',
      'control protection',
      'invalid TSS',
    ],
  ),
  // ARM's are a program's, unless the kernel dies of them.
  {
    ...fault('oops', /^(?:Unhandled fault: |Alignment trap: )/, ['Unhandled fault: ', 'Alignment trap: ']),
    needsDie: true,
  },
  fault('oops', /^Internal error: /, ['Internal error: ']),
  // s390: `illegal operation: 0001 ilc:1 [#1]`.
  fault('oops', /^[\w ]+: [\da-f]{4} ilc:\d \[#\d+\]/, [' ilc:']),
  fault('oops', /^Oops(?: - [^:[\]]+)?(?:\s?\[#\d+\]|: (?:[\da-f]{4,}\b|.*\[#\d+\]|.*sig: \d+))/, [
    'Oops: ',
    'Oops - ',
    'Oops [#',
    'Oops[#',
  ]),
  fault('oops', /^BUG: unable to handle kernel\b/, ['BUG: unable to handle']),
];
