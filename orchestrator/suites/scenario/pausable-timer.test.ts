import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTimer } from './pausable-timer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a deadline waits while it is paused, however often', () => {
  const onEnd = vi.fn<() => void>();
  const timer = startTimer(1000, onEnd);
  vi.advanceTimersByTime(600);
  timer.pause();
  timer.pause();
  vi.advanceTimersByTime(60_000);
  timer.resume();
  timer.resume();
  vi.advanceTimersByTime(399);
  expect(onEnd).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onEnd).toHaveBeenCalledOnce();
});

test('one that was stopped does not come back', () => {
  const onEnd = vi.fn<() => void>();
  const timer = startTimer(1000, onEnd);
  timer.stop();
  timer.resume();
  vi.advanceTimersByTime(5000);
  expect(onEnd).not.toHaveBeenCalled();
});
