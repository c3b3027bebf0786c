import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { dispatch } from './dispatch.ts';

const never = new AbortController().signal;

test('runs every item, at most `width` at once, started in order', async () => {
  const started: number[] = [];
  let running = 0;
  let most = 0;
  await dispatch(
    [1, 2, 3, 4, 5],
    2,
    async (item) => {
      started.push(item);
      running += 1;
      most = Math.max(most, running);
      await sleep(2);
      running -= 1;
    },
    never,
  );
  expect(started).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test('the first failure stops the others, waits for their clean-up and is the one thrown', async () => {
  const cleaned: string[] = [];
  const run = dispatch(
    ['bad', 'other', 'late'],
    2,
    async (item, signal) => {
      if (item === 'bad') throw new Error('first cause');
      await sleep(60_000, undefined, { signal }).catch(async () => {
        await sleep(5);
        cleaned.push(item);
        throw new Error('only a consequence');
      });
    },
    never,
  );
  await expect(run).rejects.toThrow('first cause');
  expect(cleaned).toEqual(['other']);
});

test('an outer abort starts nothing new', async () => {
  const outer = new AbortController();
  const started: number[] = [];
  await dispatch(
    [1, 2, 3],
    1,
    async (item) => {
      started.push(item);
      outer.abort();
    },
    outer.signal,
  );
  expect(started).toEqual([1]);
});
