import { expect, test } from 'vitest';
import { explainProbe } from './probe-tracing.ts';

const REFUSED = 'strace: attach: ptrace(PTRACE_SEIZE, 4242): Operation not permitted';

test('a host where strace attaches has no reason against faults', () => {
  expect(explainProbe('strace: Process 4242 attached', '1')).toBeUndefined();
});

test.each([
  ['sh: 2: strace: not found', undefined, 'strace is not installed.'],
  [REFUSED, '1', 'kernel.yama.ptrace_scope is 1'],
  [REFUSED, '0', 'Operation not permitted'],
  [REFUSED, undefined, 'Operation not permitted'],
  ["strace: invalid -e inject= argument: 'x'", '0', 'strace does not work here'],
])('%j with ptrace_scope %j is named', (first, scope, part) => {
  expect(explainProbe(first, scope)).toContain(part);
});
