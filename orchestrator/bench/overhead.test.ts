import { expect, test } from 'vitest';
import type { JournalEvent, RunEvent } from '../model/event.ts';
import { measureOverhead } from './overhead.ts';

const at = (second: number, event: RunEvent): JournalEvent => ({
  v: 1,
  t: new Date(second * 1000).toISOString(),
  ...event,
});

test('what is neither boot nor test is overhead', () => {
  const events = [
    at(100, { type: 'cell-start', cell: 'c' }),
    at(106, {
      type: 'guest-boot',
      guest: 1,
      cell: 'c',
      accelerator: 'tcg',
      kernelRelease: '6.1',
      bootMs: 5000,
      console: '',
    }),
    at(106, { type: 'test-end', cell: 'c', test: 'guest/boot', attempt: 1, status: 'pass', durationMs: 6000 }),
    at(109, { type: 'test-end', cell: 'c', test: 'fio/a', attempt: 1, status: 'pass', durationMs: 3000 }),
    at(110, { type: 'run-end', reason: 'finished' }),
  ];
  expect(measureOverhead(events)).toBeCloseTo(0.2);
});
