import { afterAll, expect, test } from 'vitest';
import { CANARIES } from '../orchestrator/model/canary.ts';
import { endOf, rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

/**
 * A kernel with PROVE_LOCKING that modules can be built for: $PMEMRIG_LOCKDEP_KERNEL (a bzImage in its build tree), or, as
 * that takes minutes to compile, with `npm run test:full` one of the rig's own.
 */
const given = process.env['PMEMRIG_LOCKDEP_KERNEL'];
const kernel = given !== undefined ? ['--kernel', given] : process.env['PMEMRIG_FULL'] === '1' ? ['--kernel', 'linux-source-6.1', '--config', '+prove-locking,+hung-task'] : [];
const guest = ['--pmem', 'nvdimm', '--size', '128M', '--cpus', '1', '--memory', '1G'];

test('what the canary plants is seen as what it is, each in its own test, and the run goes on after the panic', { timeout: 3600_000 }, async ({ skip }) => {
  skip(kernel.length === 0, 'no kernel with PROVE_LOCKING is at hand: npm run test:full builds one, $PMEMRIG_LOCKDEP_KERNEL names one');
  const run = await rig(['selftest', ...kernel, ...guest], workspace);
  const seen = run.events.flatMap((event) => (event.type === 'problem' ? [`${event.test} ${event.during} ${event.expected === true ? 'planted' : 'stray'}`] : []));
  expect(new Set(seen)).toEqual(new Set(CANARIES.map((name) => `selftest/${name} test planted`)));
  for (const name of [...CANARIES, 'quiet']) expect(endOf(run.events, `selftest/${name}`)).toMatchObject({ status: 'pass' });
  expect(run.events.some((event) => event.type === 'guest-end' && event.how === 'panic')).toBe(true);
  expect(run.stdout).toContain('SELFTEST');
  expect(run.exitCode).toBe(0);
});

test('on a kernel that no canary can be built for nothing is proven, and that is no success', async () => {
  const run = await rig(['selftest', '--kernel', 'bookworm', ...guest], workspace);
  for (const name of [...CANARIES, 'quiet']) expect(endOf(run.events, `selftest/${name}`)).toMatchObject({ status: 'infra', message: expect.stringContaining('build tree') as string });
  expect(run.stdout).toContain('is not proven to see');
  expect(run.exitCode).toBe(3);
});
