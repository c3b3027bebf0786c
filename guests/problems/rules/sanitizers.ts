import type { ProblemRule } from '../problem-rule.ts';

/** KASAN was KASan in 4.0. */
function sanitizer(kind: ProblemRule['kind'], name: string): ProblemRule {
  return {
    kind,
    start: new RegExp(String.raw`^\s?BUG: ${name}: (?=\S)`, 'i'),
    words: [`BUG: ${name}: `, ...(name === 'KASAN' ? ['BUG: KASan: '] : [])],
    shape: 'frame',
    signature: 'functions',
    bare: true,
  };
}

/** Instrumented kernels: what they say is more to the point than the oops or WARNING that may come of it. */
export const SANITIZER_RULES: readonly ProblemRule[] = [
  sanitizer('kasan', 'KASAN'),
  sanitizer('kfence', 'KFENCE'),
  sanitizer('kcsan', 'KCSAN'),
  sanitizer('kmsan', 'KMSAN'),
  {
    kind: 'ubsan',
    start: /^UBSAN: (?=[\w-]+.* in \S)/,
    words: ['UBSAN: '],
    shape: 'frame',
    signature: 'functions',
    bare: true,
  },
  {
    kind: 'ubsan',
    start: /^Internal error: UBSAN: /,
    words: ['Internal error: UBSAN'],
    shape: 'end-trace',
    signature: 'functions',
  },
];
