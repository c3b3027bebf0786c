import { expect, test } from 'vitest';
import { isInRange } from '../../model/kernel-range.ts';
import type { KernelProblem } from '../../model/problem.ts';
import { judgeProblem } from './known-problems.ts';

const problem: KernelProblem = {
  kind: 'lockdep-circular',
  title: 'WARNING: possible circular locking dependency detected',
  signature: 'lockdep-circular: &nvdimm_bus->reconfig_mutex / (wq_completion)events',
  lines: [],
  truncated: false,
  fatal: false,
  blame: 'kernel',
};

test('an entry fits by signature, by title, or by both', () => {
  expect(
    judgeProblem(problem, [{ signature: '*reconfig_mutex / (wq_completion)*', reason: 'old' }], '6.1.0', '2026-01-01'),
  ).toEqual({ problem, known: { reason: 'old' } });
  expect(
    judgeProblem(problem, [{ title: '*circular*', reason: 'old', link: 'https://example.org' }], '6.1.0', '2026-01-01'),
  ).toEqual({ problem, known: { reason: 'old', link: 'https://example.org' } });
  expect(
    judgeProblem(problem, [{ title: '*circular*', signature: '*other*', reason: 'old' }], '6.1.0', '2026-01-01'),
  ).toEqual({ problem });
});

test('an expired entry is reported as such, and a current one beside it wins', () => {
  const past = { title: '*circular*', reason: 'fixed soon', expires: '2026-01-31' };
  expect(judgeProblem(problem, [past], '6.1.0', '2026-01-31')).toHaveProperty('known');
  expect(judgeProblem(problem, [past], '6.1.0', '2026-02-01')).toEqual({
    problem,
    expired: 'fixed soon (known until 2026-01-31)',
  });
  expect(judgeProblem(problem, [past, { title: '*circular*', reason: 'still there' }], '6.1.0', '2026-02-01')).toEqual({
    problem,
    known: { reason: 'still there' },
  });
});

test.each([
  ['6.1.0-50-amd64', '>=6.1 <6.6', true],
  ['6.6.1', '>=6.1 <6.6', false],
  ['6.12.95+deb12-amd64', '>6.6', true],
  ['6.1.192', '=6.1', true],
  ['6.1.192', '<=6.1.100', false],
])('%s in %s: %s', (release, range, expected) => {
  expect(isInRange(release, range)).toBe(expected);
  expect('known' in judgeProblem(problem, [{ title: '*', reason: 'r', kernels: range }], release, '2026-01-01')).toBe(
    expected,
  );
});

test('an entry with the signature of a former version fits, too', () => {
  const stall: KernelProblem = {
    ...problem,
    kind: 'rcu-stall',
    signature: 'rcu-stall: pmem_poll < pmem_wait',
    aliases: ['rcu-stall: sched_show_task < dump_cpu_task'],
  };
  const known = (signature: string) =>
    'known' in judgeProblem(stall, [{ signature, reason: 'r' }], '7.2.0', '2026-01-01');
  expect([known('rcu-stall: pmem_poll*'), known('rcu-stall: sched_show_task*'), known('rcu-stall: other*')]).toEqual([
    true,
    true,
    false,
  ]);
});
