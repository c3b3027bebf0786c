import { expect, test } from 'vitest';
import { compareCommand } from './compare.ts';

test.each([
  ['matrices/smoke.yaml', 'latest'],
  ['latest', 'matrices/smoke.yaml'],
])('a matrix file in place of a run is refused with what it is for: %s %s', async (base, run) => {
  await expect(compareCommand(base, run, { runs: '/nowhere' })).rejects.toMatchObject({
    code: 'matrix-for-run',
    message: 'matrices/smoke.yaml is a matrix file, and no run',
    remedy: expect.stringContaining('pmemrig compare --kernels BASE,NOW matrices/smoke.yaml'),
  });
});

test('any other name that is no run stays one', async () => {
  await expect(compareCommand('none', 'latest', { runs: '/nowhere' })).rejects.toMatchObject({ code: 'no-run' });
});
