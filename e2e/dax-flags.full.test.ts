import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;

test(
  'a patch that clears the flags of a dax device mends the rule that Linux 6.1 breaks',
  { timeout: 60 * MINUTES },
  async () => {
    const patch = join(PACKAGE_ROOT, 'e2e', 'testdata', 'series', 'dax-flags-cleared.mbox');
    const words =
      '--base linux-source-6.1 --config guest,nvdimm,virtio-pmem,dax-filesystems,dm-dax,prove-locking,hung-task,fault-injection ' +
      '--pmem virtio-pmem --suite dax --test dax/map-sync-reused';
    const { exitCode, stdout } = await rig(['series', patch, ...words.split(' ')], workspace);
    expect(stdout).toMatch(/patched\/\S+ +dax\/map-sync-reused +fail → pass/);
    expect(exitCode).toBe(0);
  },
);
