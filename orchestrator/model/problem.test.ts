import { expect, test } from 'vitest';
import { isSameProblem } from './problem.ts';

test('a report is the same as one that a former version of the rig signed otherwise, in either direction', () => {
  const now = { signature: 'bad-page: nd_grab', aliases: ['bad-page: post_alloc_hook'] };
  const then = { signature: 'bad-page: post_alloc_hook' };
  expect(isSameProblem(now, then)).toBe(true);
  expect(isSameProblem(then, now)).toBe(true);
  expect(isSameProblem(then, { signature: 'bad-page: nd_grab' })).toBe(false);
});

test('two defects that a former version took for one are two', () => {
  const aliases = ['rcu-stall: sched_show_task'];
  expect(
    isSameProblem({ signature: 'rcu-stall: pmem_poll', aliases }, { signature: 'rcu-stall: btt_poll', aliases }),
  ).toBe(false);
});
