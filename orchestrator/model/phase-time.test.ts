import { expect, test } from 'vitest';
import { nameStage, PhaseClock, sumPhases } from './phase-time.ts';

test('steps add up to the time from the first to the last end, however each is rounded', () => {
  const clock = new PhaseClock(0.4);
  for (const atMs of [1.4, 2.8, 3.2, 10.6]) clock.end(`until ${atMs}`, atMs);
  const phases = clock.take();
  expect(phases).toEqual([
    { phase: 'until 1.4', ms: 1 },
    { phase: 'until 2.8', ms: 2 },
    { phase: 'until 10.6', ms: 8 },
  ]);
  expect(sumPhases(phases)).toBe(11);
});

test('what was taken does not come again', () => {
  const clock = new PhaseClock(0);
  clock.end('plan', 5);
  clock.take();
  expect(clock.take()).toEqual([]);
});

test("a stage's name is shown in words", () => {
  expect(nameStage('warnOfLongRun')).toBe('warn of long run');
});
