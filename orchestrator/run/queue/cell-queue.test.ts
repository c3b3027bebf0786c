import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PendingTest } from '../../model/executor.ts';
import { CellQueue } from './cell-queue.ts';

const fresh = (name: string): PendingTest => ({ test: { name, estimateSec: 1 }, attempt: 1, failed: 0, deaths: 0 });

/** Runs a queue to its end as one guest a round would; gives the attempts as `test#attempt`. */
function runAll(queue: CellQueue, statusOf: (name: string, attempt: number) => 'pass' | 'fail' | 'crash'): string[] {
  const story: string[] = [];
  for (let round = queue.round; round !== undefined; round = queue.round) {
    for (let pending = queue.take(round); pending; pending = queue.take(round)) {
      story.push(`${pending.test.name}#${pending.attempt}`);
      queue.settle(pending, statusOf(pending.test.name, pending.attempt));
    }
  }
  return story;
}

test('no attempt comes twice, none is above the retries, and a pass is the last', () => {
  const statuses = fc.array(fc.constantFrom('pass', 'fail', 'crash'), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), statuses), fc.nat(3), (tests, retries) => {
      const story = runAll(
        new CellQueue(Object.keys(tests).map(fresh), retries),
        (name, attempt) => tests[name]?.[attempt - 1] ?? 'pass',
      );
      expect(new Set(story).size).toBe(story.length);
      for (const [name, results] of Object.entries(tests)) {
        const attempts = story.filter(
          (one) => one.startsWith(`${name}#`) && /^\d+$/.test(one.slice(name.length + 1)),
        ).length;
        const passed = results.indexOf('pass') + 1;
        expect(attempts).toBeGreaterThanOrEqual(1);
        expect(attempts).toBeLessThanOrEqual(Math.min(retries + 1, passed || Infinity));
      }
    }),
  );
});

test('a test that plants a problem is never tried again', () => {
  const queue = new CellQueue(
    [{ ...fresh('a'), test: { name: 'a', estimateSec: 1, expects: { kinds: ['oops'] } } }],
    3,
  );
  expect(runAll(queue, () => 'fail')).toEqual(['a#1']);
});

test('a test that goes on where an earlier controller left it counts its past', () => {
  const queue = new CellQueue([{ ...fresh('a'), attempt: 4, failed: 1, deaths: 1 }, fresh('b')], 3);
  expect(runAll(queue, (name) => (name === 'a' ? 'crash' : 'pass'))).toEqual(['b#1', 'a#4']);
});

test('the tests ahead are those of the round, in order, as long as no other guest takes from it', () => {
  const queue = new CellQueue(['a', 'b', 'c'].map(fresh), 1);
  const ahead = (round: number) => queue.ahead(round).map(({ test: { name } }) => name);
  const first = queue.take(0);
  expect(ahead(0)).toEqual(['b', 'c']);
  if (first) queue.settle(first, 'fail');
  expect([ahead(0), ahead(1), ahead(2)]).toEqual([['b', 'c'], ['a'], []]);
  expect(new CellQueue(['a', 'b'].map(fresh), 1, 2).ahead(0)).toEqual([]);
});
