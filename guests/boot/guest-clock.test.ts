import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGuestClock } from './guest-clock.ts';

const NEVER = new Promise<void>(() => undefined);

test('a deadline waits as long as its guest is paused', async () => {
  const clock = createGuestClock();
  const ended: string[] = [];
  clock.pause();
  const late = clock.settlesWithin(NEVER, 20).then((settled) => ended.push(String(settled)));
  await sleep(80);
  expect(ended).toEqual([]);
  expect(clock.paused).toBe(true);
  clock.resume();
  await late;
  expect(ended).toEqual(['false']);
  expect(clock.pausedMs).toBeGreaterThanOrEqual(75);
});

test('what ends while its guest is paused has ended in time', async () => {
  const clock = createGuestClock();
  clock.pause();
  expect(await clock.settlesWithin(sleep(60), 20)).toBe(true);
});

test('a guest that was never paused has no more time than others', async () => {
  const clock = createGuestClock();
  expect(await clock.settlesWithin(NEVER, 5)).toBe(false);
  expect(await clock.settlesWithin(Promise.reject(new Error('gone')), 50)).toBe(true);
  expect(clock.pausedMs).toBe(0);
});
