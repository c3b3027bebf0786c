import { afterAll, expect, test } from 'vitest';
import { KNOWN_SPLATS, LOCKDEP_KERNEL } from './support/lockdep-kernel.ts';
import { endOf, rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;

// That kernel has no device mapper.
test(
  'the exercises pass under lockdep, and teach it dependencies; what the kernel lacks is a skip with the reason',
  { timeout: 60 * MINUTES },
  async () => {
    const run = await rig(
      ['once', ...LOCKDEP_KERNEL, ...KNOWN_SPLATS, '--pmem', 'nvdimm', '--fs', 'ext4', '--suite', 'lockdep'],
      workspace,
    );
    const ends = run.events.flatMap((event) =>
      event.type === 'test-end' && event.test.startsWith('lockdep/') ? [event] : [],
    );
    expect(ends.filter(({ status }) => status !== 'pass' && status !== 'skip')).toEqual([]);
    expect(ends.filter(({ status }) => status === 'skip').map(({ test: name }) => name)).toEqual([
      'lockdep/dm-linear',
      'lockdep/dm-log-writes',
      'lockdep/dm-writecache',
    ]);
    expect(endOf(run.events, 'lockdep/dm-linear').message).toContain(
      'the kernel has no device mapper (CONFIG_BLK_DEV_DM)',
    );
    // After the kernel's own inversion, wherever it is met, lockdep is off until the next guest.
    const unwatched = new Set(
      run.events.flatMap((event) => (event.type === 'problem' && event.known ? [event.test] : [])),
    );
    for (const name of ['fsync-writers-64', 'mount-cycle', 'namespace-create', 'btt-load', 'kmem-hotplug'].map(
      (exercise) => `lockdep/${exercise}`,
    )) {
      const { status, lockdep } = endOf(run.events, name);
      expect({ name, status, uncovered: lockdep?.reason }).toEqual({
        name,
        status: 'pass',
        uncovered: unwatched.has(name) ? (expect.any(String) as string) : undefined,
      });
      expect(lockdep).toBeDefined();
    }
    expect(ends.reduce((sum, { lockdep }) => sum + (lockdep?.grown.dependencies ?? 0), 0)).toBeGreaterThan(500);
    expect(endOf(run.events, 'guest/close').status).toBe('pass');
  },
);

test('a kernel without PROVE_LOCKING is refused before anything boots', async () => {
  const run = await rig(['once', '--kernel', 'bookworm', '--pmem', 'nvdimm', '--suite', 'lockdep'], workspace);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("Debian's kernels are built without CONFIG_PROVE_LOCKING");
});
