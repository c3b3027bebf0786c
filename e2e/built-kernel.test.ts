import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
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

const ANOTHER_LINE = `--- a/drivers/nvdimm/nd_virtio.c
+++ b/drivers/nvdimm/nd_virtio.c
@@ -1,3 +1,4 @@
 // SPDX-License-Identifier: GPL-2.0
+static int edited __attribute__((used)) = 1;
 /*
  * virtio_pmem.c: Virtio pmem Driver
`;

test('with another patch behind a series only what that concerns is compiled', { timeout: 45 * MINUTES }, async () => {
  const [series, more] = [
    join(PACKAGE_ROOT, 'e2e/testdata/series/flush-skipped.mbox'),
    join(workspace.dir, 'more.patch'),
  ];
  writeFileSync(more, ANOTHER_LINE);
  const first = await rig(['kernel', 'build', ...LOCKDEP_KERNEL, '--patch', series], workspace);
  expect(first.exitCode).toBe(0);
  const second = await rig(['kernel', 'build', ...LOCKDEP_KERNEL, '--patch', series, '--patch', more], workspace);
  expect(second.exitCode).toBe(0);
  const record = join(/vmlinux +(.*)\/debug\/vmlinux/.exec(second.stdout)?.[1] ?? '', 'build.json');
  expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({
    patches: [expect.stringContaining('flush-skipped.mbox'), expect.stringContaining('more.patch')] as string[],
    objects: expect.toSatisfy((objects: number) => objects > 0 && objects < 50) as number,
  });
  expect(readFileSync(record.replace('.json', '.log'), 'utf8')).toContain('drivers/nvdimm/nd_virtio.o');
});

test('an option that it cannot have is named, with what blocks it, before anything is compiled', async () => {
  const unmet = await rig(['kernel', 'build', '--kernel', 'linux-source-6.1', '--config', 'virtio-pmem'], workspace);
  expect(unmet.stderr).toMatch(
    /guests\/kernels\/kconfig\/fragments\/virtio-pmem\.config:\d+: CONFIG_\w+=y did not stick/,
  );
  expect(unmet.exitCode).toBe(2);
});
