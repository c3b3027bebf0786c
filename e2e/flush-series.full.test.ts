import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;
const ON_6_12 = (
  '--base linux-source-6.12 --config guest,virtio-pmem,prove-locking,hung-task ' +
  '--pmem virtio-pmem --suite flush --test flush/order/*'
).split(' ');

const seriesNamed = (name: string): string => join(PACKAGE_ROOT, 'e2e', 'testdata', 'series', `${name}-6.12.mbox`);

test(
  'a series by which a request joins a host flush that has already begun breaks the rule of the order, and says so',
  { timeout: 60 * MINUTES },
  async () => {
    const { exitCode, stdout } = await rig(['series', seriesNamed('flush-coalesced-too-early'), ...ON_6_12], workspace);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ patched\/\S+ +flush\/order\/64-threads +pass → fail/);
    expect(stdout).toMatch(/✓ pass .*patched\/\S+ +flush\/order\/1-thread /);
  },
);

test(
  'the series by which requests share only a host flush that begins after them keeps it, and coalesces',
  { timeout: 30 * MINUTES },
  async () => {
    const { exitCode, stdout } = await rig(['series', seriesNamed('flush-coalesced'), ...ON_6_12, '--mail'], workspace);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('\nTested-by: NAME <ADDRESS>\n');
    expect(stdout).toMatch(/✓ pass .*patched\/\S+ +flush\/order\/64-threads /);
    expect(stdout).toMatch(/calls-per-host-flush of\s+flush\/order\/64-threads/);
  },
);
