import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareKernel, type PreparedKernel } from '../guests/kernels/prepare-kernel.ts';
import { cacheDir } from '../orchestrator/model/paths.ts';
import { endOf, results, rig, type RigRun, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

/** In packages of its own each: image, modules and base files. The flavour for clouds is the smallest. */
const SPLIT = { release: 'trixie-backports', flavour: 'cloud-amd64' } as const;
let split: PreparedKernel;
beforeAll(async () => {
  split = await prepareKernel(
    { kind: 'debian', name: 'split', ...SPLIT },
    { cacheDir: cacheDir(), log: () => undefined },
  );
});

const once = async (kernel: string, ...more: readonly string[]) =>
  rig(['once', '--kernel', kernel, '--pmem', 'virtio-pmem', '--size', '128M', ...more, '--', 'uname', '-r'], workspace);

test('a kernel that Debian splits into packages boots with its modules', async () => {
  const run = await once(`${SPLIT.release}/${SPLIT.flavour}`);
  expect(results(run.events)).toEqual([
    'guest/boot#1 pass',
    'guest/pmem#1 pass',
    'command/uname#1 pass',
    'guest/close#1 pass',
  ]);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain(`linux-image-${split.release}`);
});

test('an image among its modules, as distributions install it, boots with them', async () => {
  const tree = join(workspace.dir, 'root', 'usr', 'lib', 'modules', split.release);
  mkdirSync(dirname(tree), { recursive: true });
  const entry = dirname(split.modulesDisk ?? '');
  cpSync(join(entry, 'lib', 'modules', split.release), tree, { recursive: true });
  copyFileSync(join(entry, 'vmlinuz'), join(tree, 'vmlinuz'));
  const run = await once(join(tree, 'vmlinuz'));
  expect(endOf(run.events, 'guest/pmem').status).toBe('pass');
  expect(run.exitCode).toBe(0);
});

/** The exit status, and what was printed if it is neither of those that are asked for here. */
const endOfRun = ({ exitCode, stdout, stderr }: RigRun): string =>
  exitCode === 2 || exitCode === 125 ? String(exitCode) : `${exitCode}: ${stdout}${stderr}`;

test('a kernel without the modules that it boots by is the input of the user, and no bad commit', async () => {
  const image = join(workspace.dir, 'bzImage');
  copyFileSync(join(dirname(split.modulesDisk ?? ''), 'vmlinuz'), image);
  // Linux 7.3.4 was seen to hang under TCG while it brings up a second CPU, once in some thirty boots.
  const run = await once(image, '--cpus', '1');
  expect(endOfRun(run)).toBe('2');
  expect(run.stderr).toMatch(
    /No guest can boot from the kernel .*: the kernel has no driver virtio_blk \(CONFIG_VIRTIO_BLK\)/,
  );
  expect(results(run.events)).toEqual([]);
  const bisect = await once(image, '--cpus', '1', '--bisect');
  expect(endOfRun(bisect)).toBe('125');
});
