import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { KNOWN_SPLATS, LOCKDEP_KERNEL } from './support/lockdep-kernel.ts';
import { endOf, rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;
const SERIES = join(PACKAGE_ROOT, 'e2e', 'testdata', 'pmem-lock-inversion.mbox');

function script(name: string, body: string): string {
  const path = join(workspace.dir, name);
  writeFileSync(path, `#!/bin/sh -e\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

test(
  'a lock inversion that a patch plants fails the test that meets it, with the lines of the patch',
  { timeout: 45 * MINUTES },
  async () => {
    const repro = script('rebind.sh', 'ndctl disable-namespace all\nndctl enable-namespace all');
    const clean = await rig(['once', ...LOCKDEP_KERNEL, ...KNOWN_SPLATS, '--pmem', 'nvdimm', '--', repro], workspace);
    expect(clean.exitCode).toBe(0);

    const patched = await rig(
      ['once', ...LOCKDEP_KERNEL, ...KNOWN_SPLATS, '--patch', SERIES, '--pmem', 'nvdimm', '--bisect', '--', repro],
      workspace,
    );
    expect(patched.exitCode).toBe(1);
    // ndctl unbinds the driver to make a namespace: the splat comes before the reproducer has its turn.
    expect(endOf(patched.events, 'guest/pmem')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('possible circular locking dependency') as string,
      evidence: expect.stringMatching(/nd_pmem_remove\+0x\w+\/0x\w+ \(drivers\/nvdimm\/pmem\.c:68[67]\)/) as string,
    });
  },
);

test(
  "a patch that breaks the build is a result with the compiler's words, and no verdict for a bisection",
  { timeout: 20 * MINUTES },
  async () => {
    const broken = join(workspace.dir, 'broken.diff');
    writeFileSync(
      broken,
      readFileSync(SERIES, 'utf8').replaceAll('mutex_lock(&pmem_users_lock);', 'mutex_lock(&no_such_lock);'),
    );
    const args = ['once', ...LOCKDEP_KERNEL, '--patch', broken, '--pmem', 'nvdimm'];
    const run = await rig([...args, '--', 'true'], workspace);
    expect(run.exitCode).toBe(1);
    expect(endOf(run.events, 'guest/boot')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(
        /does not compile: drivers\/nvdimm\/pmem\.c:\d+:\d+: error: .no_such_lock/,
      ) as string,
    });
    expect((await rig([...args, '--bisect', '--', 'true'], workspace)).exitCode).toBe(125);
  },
);
