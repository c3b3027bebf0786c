import { expect, test } from 'vitest';
import { StepFailed } from '../shared/rules/rule.ts';
import { parseCalls, resultsOf, timeCalls } from './timed-calls.ts';

const OUTPUT = `call /mnt/pmemrig-rules/1/file 0 0 1000 301500 ok
call /dev/pmem1 3 1 25237687 25337866 EIO
`;

test('each call has its file, its duration and its result', () => {
  expect(parseCalls(OUTPUT)).toEqual([
    { path: '/mnt/pmemrig-rules/1/file', durationMs: 300.5, result: 'ok' },
    { path: '/dev/pmem1', durationMs: 100.179, result: 'EIO' },
  ]);
  expect(resultsOf(parseCalls(`${OUTPUT}${OUTPUT}`))).toBe('EIO ok');
});

const must = async (): Promise<string> => OUTPUT;

test('a call that was not reported is no call that went well', async () => {
  const request = { way: 'fsync', path: '/dev/pmem0', threads: 1, calls: 2 };
  expect(await timeCalls({ must }, '/tool', [request])).toHaveLength(2);
  await expect(timeCalls({ must }, '/tool', [request, request])).rejects.toThrow(StepFailed);
});

test('a thread pauses before its calls if that is asked for', async () => {
  const scripts: string[] = [];
  const run = { must: async (script: string) => (scripts.push(script), OUTPUT) };
  const request = { way: 'fsync', path: '/dev/pmem0', threads: 1, calls: 2 };
  await timeCalls(run, '/tool', [{ ...request, pauseMs: 150 }]);
  await timeCalls(run, '/tool', [request]);
  expect(scripts.map((script) => /PMEMCHECK_PAUSE_MS=\d+/.exec(script)?.[0])).toEqual([
    'PMEMCHECK_PAUSE_MS=150',
    'PMEMCHECK_PAUSE_MS=0',
  ]);
});
