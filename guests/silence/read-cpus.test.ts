import { expect, test } from 'vitest';
import { readStat } from './read-cpus.ts';

test('the state of a process is read whatever its name', async () => {
  expect(await readStat('/proc/self/stat')).toMatchObject({
    state: expect.stringMatching(/^[RS]$/) as string,
    cpuMs: expect.any(Number) as number,
  });
  expect(await readStat('/proc/0/stat')).toBeUndefined();
});
