import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KernelSource, KernelSpec } from '../../orchestrator/model/matrix.ts';
import { findKernelComplaints } from './find-kernel-complaints.ts';

const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
const PATCH = '--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-one\n+two\n';

let dir: string;
const file = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pmemrig-complaints-'));
  for (const tree of ['clean', 'dirty', 'plain']) {
    await mkdir(file(tree));
    await writeFile(file(`${tree}/a.c`), 'one\n');
    if (tree === 'plain') continue;
    for (const words of [
      ['init', '--quiet'],
      ['add', '.'],
      ['commit', '--quiet', '-m', 'one'],
    ])
      await execa('git', ['-C', file(tree), ...words], { env: IDENTITY });
  }
  await writeFile(file('dirty/a.c'), 'two\n');
  await writeFile(file('fix.patch'), PATCH);
  await writeFile(file('letter.txt'), 'no diff here\n');
  await writeFile(file('own.config'), 'CONFIG_A=y\nCONFIG_B=maybe\n');
  await writeFile(file('zeros'), Buffer.alloc(4096));
});
afterAll(() => rm(dir, { recursive: true }));

const tree = (path: string, more: Partial<Extract<KernelSource, { kind: 'tree' }>> = {}): KernelSource => ({
  kind: 'tree',
  path,
  patches: [],
  ...more,
});
const built = (source: KernelSource, config: readonly string[] = ['guest']): KernelSpec => ({
  kind: 'source',
  name: 'k',
  source,
  base: 'tiny',
  config,
});

async function complain(...kernels: readonly KernelSpec[]): Promise<readonly (readonly [string, string])[]> {
  const found = await findKernelComplaints(kernels, { cacheDir: file('cache'), log: () => undefined });
  return found.map(({ at, error }) => [at.join('.'), error.code] as const);
}

test('what can be built and booted is not complained of', async () => {
  expect(
    await complain(
      built(tree(file('clean'), { ref: 'HEAD', patches: [file('fix.patch')] })),
      built(tree(file('dirty'))),
      built(tree(file('dirty'), { ref: 'HEAD', patches: [file('fix.patch')] })),
      built(tree(file('plain'), { patches: [file('fix.patch')] }), ['guest', 'prove-locking']),
      { kind: 'debian', name: 'd', release: 'bookworm', flavour: 'amd64' },
    ),
  ).toEqual([]);
});

test.each([
  ['a revision that is not there', () => built(tree(file('clean'), { ref: 'v9' })), '0.source.ref', 'no-such-ref'],
  [
    'a revision of a folder that is no git tree',
    () => built(tree(file('plain'), { ref: 'HEAD' })),
    '0.source.ref',
    'not-a-repository',
  ],
  [
    'patches on uncommitted changes',
    () => built(tree(file('dirty'), { patches: [file('fix.patch')] })),
    '0.source.tree',
    'dirty-tree',
  ],
  [
    'a missing patch',
    () => built(tree(file('clean'), { patches: [file('fix.patch'), file('nope.patch')] })),
    '0.source.patches.1',
    'unreadable-patch',
  ],
  [
    'a patch without a diff',
    () => built(tree(file('clean'), { patches: [file('letter.txt')] })),
    '0.source.patches.0',
    'no-patch',
  ],
  [
    'an unknown fragment',
    () => built(tree(file('clean')), ['guest', 'prove-lockin']),
    '0.config.1',
    'unknown-kconfig-fragment',
  ],
  ['a fragment that adds', () => built(tree(file('clean')), ['guest', '+kasan']), '0.config.1', 'adds-in-matrix'],
  [
    'a line of a fragment that is none',
    () => built(tree(file('clean')), ['guest', file('own.config')]),
    '0.config.1',
    'bad-kconfig-fragment',
  ],
  [
    'an image that is no kernel',
    (): KernelSpec => ({ kind: 'image', name: 'i', image: file('zeros') }),
    '0.image',
    'not-a-kernel',
  ],
  [
    'an image that is not there',
    (): KernelSpec => ({ kind: 'image', name: 'i', image: file('nope') }),
    '0.image',
    'unreadable-kernel',
  ],
])('%s is found without building', async (_what, kernel, at, code) => {
  expect(await complain(kernel())).toEqual([[at, code]]);
});

test('all of a kernel are found at once, and the same of several kernels in each', async () => {
  const bad = built(tree(file('dirty'), { patches: [file('fix.patch')] }), ['nope']);
  expect(await complain(bad, bad)).toEqual(
    [0, 1].flatMap((index) => [
      [`${index}.config.0`, 'unknown-kconfig-fragment'],
      [`${index}.source.tree`, 'dirty-tree'],
    ]),
  );
});

test('fragments that add get the whole list to write', async () => {
  const [complaint] = await findKernelComplaints([built(tree(file('clean')), ['+prove-locking', '+guest', '+kasan'])], {
    cacheDir: file('cache'),
    log: () => undefined,
  });
  expect(complaint?.error.remedy).toBe(
    'write config: [guest, nvdimm, virtio-pmem, dax-filesystems, dm-dax, prove-locking, kasan]',
  );
});
