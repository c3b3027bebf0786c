import { expect, test } from 'vitest';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { keepProblems } from './kept-problems.ts';

const problem = (signature: string, over: Partial<KernelProblem> = {}): KernelProblem => ({
  kind: 'ext4-error',
  title: signature,
  signature,
  lines: Array.from({ length: 40 }, (_, index) => `line ${index}`),
  truncated: false,
  fatal: false,
  blame: 'kernel',
  ...over,
});

test('one that comes a thousand times is counted, and leaves room for another', () => {
  const kept = keepProblems();
  for (let turn = 0; turn < 1000; turn += 1) kept.add(problem('known'));
  kept.add(problem('new'));
  const taken = kept.take();
  expect(taken.reduce((sum, { further = 0 }) => sum + 1 + further, 0)).toBe(1001);
  expect(taken.length).toBeLessThan(20);
  expect(taken.at(-1)).toEqual(problem('new'));
  expect(kept.take()).toEqual([]);
});

test('the same in another test is counted by itself', () => {
  const kept = keepProblems();
  for (let turn = 0; turn < 30; turn += 1)
    kept.add(problem('a', { marker: turn < 29 ? 'test-begin 1' : 'test-begin 2' }));
  expect(kept.take().filter(({ marker }) => marker === 'test-begin 2')).toHaveLength(1);
});

test('very many different ones are all kept, the later ones in few lines', () => {
  const kept = keepProblems();
  for (let turn = 0; turn < 2000; turn += 1) kept.add(problem(`signature ${turn}`));
  const taken = kept.take();
  expect(taken).toHaveLength(2000);
  expect(taken[0]?.lines).toHaveLength(40);
  expect(taken.at(-1)).toMatchObject({ truncated: true, lines: ['line 0', 'line 1', 'line 2', 'line 3', 'line 4'] });
  expect(kept.dropped).toBe(0);
});

test('what finds no room at all is counted, but for a panic', () => {
  const kept = keepProblems();
  for (let turn = 0; turn < 6000; turn += 1) kept.add(problem(`signature ${turn}`));
  kept.add(problem('panic', { fatal: true }));
  expect(kept.dropped).toBe(1000);
  expect(kept.take().at(-1)).toEqual(problem('panic', { fatal: true }));
});
