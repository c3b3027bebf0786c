import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { prepareKernel } from '../guests/kernels/prepare-kernel.ts';
import { CANARIES } from '../orchestrator/model/canary.ts';
import { cacheDir } from '../orchestrator/model/paths.ts';
import { LOCKDEP_KERNEL } from './support/lockdep-kernel.ts';
import { endOf, rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

// It needs no namespace to be made, see KNOWN_SPLATS.
const guest = ['--pmem', 'virtio-pmem', '--size', '128M', '--cpus', '1', '--memory', '1G'];

test(
  'what the canary plants is seen as what it is, each in its own test, and the run goes on after the panic',
  { timeout: 3600_000 },
  async () => {
    const run = await rig(['selftest', ...LOCKDEP_KERNEL, ...guest], workspace);
    const seen = run.events.flatMap((event) =>
      event.type === 'problem'
        ? [`${event.test} ${event.during} ${event.expected === true ? 'planted' : 'stray'}`]
        : [],
    );
    expect(new Set(seen)).toEqual(new Set(CANARIES.map((name) => `selftest/${name} test planted`)));
    for (const name of [...CANARIES, 'quiet'])
      expect(endOf(run.events, `selftest/${name}`)).toMatchObject({ status: 'pass' });
    expect(run.events.some((event) => event.type === 'guest-end' && event.how === 'panic')).toBe(true);
    expect(run.stdout).toContain('SELFTEST');
    expect(run.exitCode).toBe(0);
  },
);

test("on Debian's own kernel the problems that it can report are seen", async () => {
  const run = await rig(['selftest', '--kernel', 'bookworm', ...guest, '--test', 'warn', '--test', 'abba'], workspace);
  expect(endOf(run.events, 'selftest/warn')).toMatchObject({ status: 'pass' });
  expect(endOf(run.events, 'selftest/abba')).toMatchObject({
    status: 'skip',
    message: expect.stringContaining('CONFIG_PROVE_LOCKING') as string,
  });
  expect(run.exitCode).toBe(0);
});

test('on a kernel that no canary can be built for nothing is proven, and that is no success', async () => {
  const kernel = await prepareKernel(
    { kind: 'debian', name: 'bookworm', release: 'bookworm', flavour: 'amd64' },
    { cacheDir: cacheDir(), log: () => undefined },
  );
  const image = join(workspace.dir, 'vmlinuz');
  copyFileSync(join(dirname(kernel.modulesDisk ?? ''), 'vmlinuz'), image);
  const modules = join(dirname(kernel.modulesDisk ?? ''), 'lib', 'modules', kernel.release);
  const run = await rig(['selftest', '--kernel', image, '--modules', modules, ...guest], workspace);
  for (const name of [...CANARIES, 'quiet'])
    expect(endOf(run.events, `selftest/${name}`)).toMatchObject({
      status: 'infra',
      message: expect.stringContaining('build tree') as string,
    });
  expect(run.stdout).toContain('is not proven to see');
  expect(run.exitCode).toBe(3);
});
