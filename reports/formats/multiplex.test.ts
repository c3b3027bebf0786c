import { expect, test, vi } from 'vitest';
import { multiplexReporters } from './multiplex.ts';
import type { Reporter } from './terminal/reporter.ts';
import { makeMixedRun } from '../testing/make-journal.ts';

function mockReporter() {
  return { onEvent: vi.fn<Reporter['onEvent']>(), close: vi.fn<Reporter['close']>() };
}

test('a reporter that throws hears no more, is closed and fails the run; its neighbours hear all', () => {
  const journal = makeMixedRun();
  const broken = mockReporter();
  broken.onEvent.mockImplementation(() => {
    throw new Error('EPIPE');
  });
  const sound = mockReporter();
  const all = multiplexReporters([broken, sound]);
  for (const event of journal.events) all.onEvent(event);
  expect(() => all.close(journal.summarize())).toThrow(
    expect.objectContaining({ name: 'InfraError', code: 'reporter-failed', message: 'a reporter failed: EPIPE' }),
  );
  expect(broken.onEvent).toHaveBeenCalledTimes(1);
  expect(broken.close).toHaveBeenCalledTimes(1);
  expect(sound.onEvent).toHaveBeenCalledTimes(journal.events.length);
  expect(sound.close).toHaveBeenCalledTimes(1);
});
