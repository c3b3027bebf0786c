import { afterAll, expect, test } from 'vitest';
import { LOCKDEP_KERNEL } from './support/lockdep-kernel.ts';
import { rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;

test("a PROVE_LOCKING kernel is built from Debian's source", { timeout: 45 * MINUTES }, async () => {
  const build = await rig(['kernel', 'build', ...LOCKDEP_KERNEL], workspace);
  expect(build.stderr).not.toContain('pmemrig:');
  expect(build.exitCode).toBe(0);
  expect(build.stdout).toMatch(/^built-6\.1: 6\.1\.\d+ from linux-source-6\.1 /);
});

test('the same kernel is not built again', async () => {
  const again = await rig(['kernel', 'build', ...LOCKDEP_KERNEL], workspace);
  expect(again.exitCode).toBe(0);
  expect(again.stderr).not.toContain('compiling');
  const list = await rig(['kernel', 'list'], workspace);
  expect(list.stdout).toMatch(/^built-[0-9a-f]{16} {2}.*\n {2}6\.1\.\d+ from linux-source-6\.1/m);
});

test('an option that it cannot have is named, with what blocks it, before anything is compiled', async () => {
  const unmet = await rig(['kernel', 'build', '--kernel', 'linux-source-6.1', '--config', 'virtio-pmem'], workspace);
  expect(unmet.stderr).toMatch(
    /guests\/kernels\/kconfig\/fragments\/virtio-pmem\.config:\d+: CONFIG_\w+=y did not stick/,
  );
  expect(unmet.exitCode).toBe(2);
});
