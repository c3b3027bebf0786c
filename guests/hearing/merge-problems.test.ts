import { expect, test } from 'vitest';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { mergeProblems } from './merge-problems.ts';

const problem = (title: string, lines: readonly string[], over: Partial<KernelProblem> = {}): KernelProblem => ({
  kind: 'warning',
  title,
  signature: `warning: ${title}`,
  lines,
  truncated: false,
  fatal: false,
  blame: 'kernel',
  ...over,
});
const stamped = (title: string, second: number): KernelProblem =>
  problem(title, [`[   ${second}.000001] WARNING: ${title}`, `[   ${second}.000002] more`]);

test('what both give is one', () =>
  expect(mergeProblems().merge([stamped('a', 10)], [stamped('a', 10)])).toEqual([stamped('a', 10)]));

test('what only the buffer has is reported, also if the console had one like it', () => {
  expect(mergeProblems().merge([stamped('a', 10)], [stamped('a', 10), stamped('a', 11), stamped('b', 12)])).toEqual([
    stamped('a', 10),
    stamped('a', 11),
    stamped('b', 12),
  ]);
});

test('a report that the console shows mangled is the same by any whole line of it', () => {
  const mangled = problem('x', ['[   10.000001] WARN', '[   10.000002] more']);
  expect(mergeProblems().merge([mangled], [stamped('a', 10)])).toEqual([mangled]);
});

test.each(['console', 'buffer'])('what one gives late is not reported again (first: the %s)', (first) => {
  const merger = mergeProblems();
  const [one, other] = first === 'console' ? [[stamped('a', 10)], []] : [[], [stamped('a', 10)]];
  expect(merger.merge(one, other)).toHaveLength(1);
  expect(merger.merge(other, one)).toEqual([]);
});

test('a console without time stamps is compared by signature', () => {
  expect(mergeProblems().merge([problem('a', ['WARNING: a'])], [stamped('a', 10), stamped('b', 10)])).toEqual([
    problem('a', ['WARNING: a']),
    stamped('b', 10),
  ]);
});

test('the panic that ends a report is reported, even if the report was', () => {
  const merger = mergeProblems();
  merger.merge([], [stamped('a', 10)]);
  const panic = { ...stamped('a', 10), fatal: true };
  expect(merger.merge([panic], [])).toEqual([panic]);
});

test('a flood of long reports counts once', () => {
  const flood = Array.from({ length: 300 }, (_, index) =>
    problem(
      `w${index}`,
      Array.from({ length: 400 }, (__, line) => `[${String(index).padStart(5)}.${String(line).padStart(6, '0')}] line`),
    ),
  );
  expect(mergeProblems().merge(flood, flood)).toHaveLength(300);
});
