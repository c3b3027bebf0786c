import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KernelUnfitError } from '../../model/errors.ts';
import type { LockdepExercise, LockdepSuiteSpec } from '../../../matrices/suites/lockdep.ts';
import type { KernelSpec } from '../../model/matrix.ts';
import type { PmemDevice } from '../../model/pmem.ts';
import { BOOKWORM, EXT4_DAX } from '../testing/suite-context.ts';
import { planExercises } from './plan-exercises.ts';
import { whyNoProveLocking } from './prove-locking.ts';

const image: KernelSpec = { kind: 'image', name: 'mine', image: '/nowhere/bzImage' };
const virtio: PmemDevice = { kind: 'virtio-pmem', sizeBytes: 2 ** 30 };

function plan(exercises: readonly LockdepExercise[], { kernel = image, devices = [virtio], fitting = false } = {}) {
  const spec: LockdepSuiteSpec = {
    kind: 'lockdep',
    name: 'locks',
    exercises,
    durationSec: 10,
    ...(fitting && { fitting: true }),
  };
  return planExercises({ spec, kernel, image: BOOKWORM, pmem: { name: 'topo', devices }, filesystem: EXT4_DAX });
}

test('each exercise is a test named after the suite', () => {
  expect(plan(['fsync-writers-64', 'mount-cycle'])).toEqual([
    { name: 'locks/fsync-writers-64', estimateSec: 16 },
    { name: 'locks/mount-cycle', estimateSec: 14 },
  ]);
});

test('of a matrix that names none, those that fit are planned', () => {
  expect(plan(['btt-load', 'mount-cycle'], { fitting: true }).map(({ name }) => name)).toEqual(['locks/mount-cycle']);
});

test('an exercise that is named must fit', () => {
  expect(() => plan(['btt-load', 'mount-cycle'])).toThrow(
    'the exercise btt-load cannot run on topo with ext4-dax: it needs an nvdimm or e820 device',
  );
});

test('a topology without pmem is refused', () => {
  expect(() =>
    plan(['btt-load', 'mount-cycle'], { fitting: true, devices: [{ kind: 'virtio-blk', sizeBytes: 2 ** 30 }] }),
  ).toThrow('none of the lockdep exercises can run here, for one: ');
});

test("Debian's kernels are refused before anything boots", () => {
  const debian: KernelSpec = { kind: 'debian', name: 'debian-6.1', release: 'bookworm', flavour: 'amd64' };
  expect(() => plan(['mount-cycle'], { kernel: debian })).toThrow(KernelUnfitError);
  expect(() => plan(['mount-cycle'], { kernel: debian })).toThrow(
    "the suite locks would see nothing: Debian's kernels are built without CONFIG_PROVE_LOCKING",
  );
});

function kernelTree(config: string, configAge: 'older' | 'newer'): KernelSpec {
  const tree = mkdtempSync(join(tmpdir(), 'pmemrig-tree-'));
  const boot = join(tree, 'arch/x86/boot');
  mkdirSync(boot, { recursive: true });
  writeFileSync(join(boot, 'bzImage'), '');
  writeFileSync(join(tree, '.config'), config);
  const when = Date.now() / 1000 + (configAge === 'older' ? -100 : 100);
  utimesSync(join(tree, '.config'), when, when);
  return { kind: 'image', name: 'mine', image: join(boot, 'bzImage') };
}

test.each([
  ['without it', '# CONFIG_PROVE_LOCKING is not set\n', 'older', /\.config is without CONFIG_PROVE_LOCKING$/],
  ['with it', 'CONFIG_LOCKDEP=y\nCONFIG_PROVE_LOCKING=y\n', 'older', undefined],
  ['newer than the image, which may be that of the next build', '', 'newer', undefined],
] as const)('an image whose tree has a configuration %s', (_which, config, age, expected) => {
  const reason = whyNoProveLocking(kernelTree(config, age));
  if (expected === undefined) expect(reason).toBeUndefined();
  else expect(reason).toMatch(expected);
});

test.each([
  [
    'without the fragment is refused',
    { base: 'tiny', config: ['guest', 'nvdimm'] },
    'it is built without the fragment prove-locking',
  ],
  ['with the fragment is planned', { base: 'tiny', config: ['guest', 'prove-locking'] }, undefined],
  [
    "with a fragment of the user's own is for the guest to judge",
    { base: 'tiny', config: ['guest', '/home/me/mine.config'] },
    undefined,
  ],
  [
    "on Debian's configuration without the fragment is refused",
    { base: { debian: { release: 'bookworm', flavour: 'amd64' } }, config: ['guest'] },
    'it is built without the fragment prove-locking',
  ],
  [
    "on a configuration of the user's own is for the guest to judge",
    { base: { file: '/home/me/.config' }, config: [] },
    undefined,
  ],
] as const)('a kernel that the rig builds %s', (_rule, config, expected) => {
  const kernel: KernelSpec = {
    kind: 'source',
    name: 'mine',
    source: { kind: 'tree', path: '/linux', patches: [] },
    ...config,
  };
  expect(whyNoProveLocking(kernel)).toBe(expected);
});

test('an image on its own is for the guest to judge', () => expect(whyNoProveLocking(image)).toBeUndefined());
