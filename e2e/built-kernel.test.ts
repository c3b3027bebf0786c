import { afterAll, expect, test } from 'vitest';
import { rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;
// Without XFS and device mapper it takes two thirds of the time to build.
const kernel = ['--kernel', 'linux-source-6.1', '--config', 'guest,nvdimm,virtio-pmem,prove-locking,hung-task'];
const guest = ['--pmem', 'virtio-pmem', '--size', '128M'];

test("a PROVE_LOCKING kernel is built from Debian's source", { timeout: 45 * MINUTES }, async () => {
  const build = await rig(['kernel', 'build', ...kernel], workspace);
  expect(build.stderr).not.toContain('pmemrig:');
  expect(build.exitCode).toBe(0);
  expect(build.stdout).toMatch(/^built-6\.1: 6\.1\.\d+ from linux-source-6\.1 /);
});

test('the same kernel is not built again', async () => {
  const again = await rig(['kernel', 'build', ...kernel], workspace);
  expect(again.exitCode).toBe(0);
  expect(again.stderr).not.toContain('compiling');
  const list = await rig(['kernel', 'list'], workspace);
  expect(list.stdout).toMatch(/^built-[0-9a-f]{16} {2}.*\n {2}6\.1\.\d+ from linux-source-6\.1/m);
});

test('an option that it cannot have is named, with what blocks it, before anything is compiled', async () => {
  const unmet = await rig(['kernel', 'build', '--kernel', 'linux-source-6.1', '--config', 'virtio-pmem'], workspace);
  expect(unmet.stderr).toMatch(/guests\/kernels\/kconfig\/fragments\/virtio-pmem\.config:\d+: CONFIG_\w+=y did not stick/);
  expect(unmet.exitCode).toBe(2);
});

test('the rig sees on it every problem that its canary plants, and the run goes on after each', { timeout: 20 * MINUTES }, async () => {
  const run = await rig(['selftest', ...kernel, ...guest], workspace);
  expect(run.stdout).toContain('seen');
  expect(run.exitCode).toBe(0);
});
