import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseSuites } from './choose-suites.ts';
import { STANDARD_SUITES } from './compose-once.ts';

/** A vmlinux with its configuration beside it. */
function image(config: string): Record<string, unknown> {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-choose-'));
  for (const [name, text] of [
    ['.config', config],
    ['vmlinux', ''],
  ] as const)
    writeFileSync(join(dir, name), text);
  return { image: join(dir, 'vmlinux') };
}

const suitesOf = async (kernel: Record<string, unknown>, pmem = ['nvdimm']): Promise<readonly string[]> =>
  (await chooseSuites({ pmem }, kernel, {})).suites;

test('a kernel that proves its locking gets the lockdep suite, any other the standard ones alone', async () => {
  expect(await suitesOf(image('CONFIG_PROVE_LOCKING=y\n'))).toEqual([...STANDARD_SUITES, 'lockdep']);
  expect(await suitesOf(image('# CONFIG_PROVE_LOCKING is not set\n'))).toEqual(STANDARD_SUITES);
  expect(await suitesOf({ source: {}, config: ['guest', 'prove-locking'] })).toEqual([...STANDARD_SUITES, 'lockdep']);
  expect(await suitesOf({ source: {} })).toEqual(STANDARD_SUITES);
  expect(await suitesOf({ debian: { release: 'bookworm' } })).toEqual(STANDARD_SUITES);
});

test('a plain disk has no locks of pmem', async () =>
  expect(await suitesOf(image('CONFIG_PROVE_LOCKING=y\n'), ['nvdimm', 'virtio-blk'])).toEqual(STANDARD_SUITES));

test('what was chosen is said with its reason, and what xfstests would take', async () => {
  const kernel = image('CONFIG_PROVE_LOCKING=y\n');
  const { why } = await chooseSuites({ pmem: ['nvdimm'] }, kernel, { XFSTESTS_TREE: '/x' });
  expect(why).toEqual([
    expect.stringMatching(/^suites: dax, fio, flush, and lockdep: .*\/\.config has PROVE_LOCKING$/),
    expect.stringContaining('--group dax'),
  ]);
});
