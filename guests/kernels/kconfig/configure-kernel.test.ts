import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configureKernel, digestConfigInputs } from './configure-kernel.ts';
import { loadFragments } from './load-fragments.ts';
import { parseFragment } from './fragment.ts';

let dir: string;
let mine: string;
let calls: (readonly string[])[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kconfig-'));
  mine = join(dir, 'mine.config');
  calls = [];
  await writeFile(
    join(dir, 'Kconfig'),
    'config SMP\n\tbool "SMP"\n\nconfig DAX\n\tbool "DAX"\n\tdepends on SMP\n\nsource "lib/Kconfig"\n',
  );
});
afterEach(() => rm(dir, { recursive: true }));

/** Takes the place of kconfig: leaves out the lines that match. */
function fakeMake(refused: RegExp): (words: readonly string[]) => Promise<void> {
  return async (words) => {
    calls.push(words);
    const config = join(dir, '.config');
    const asked = words.find((word) => word.startsWith('KCONFIG_ALLCONFIG='))?.slice('KCONFIG_ALLCONFIG='.length);
    const text = words.includes('tinyconfig') ? 'CONFIG_BASE=y\n' : await readFile(asked ?? config, 'utf8');
    await writeFile(
      config,
      text
        .split('\n')
        .filter((line) => !refused.test(line))
        .join('\n'),
    );
  };
}

test('on the tiny base all options without a request stay off', async () => {
  await writeFile(mine, 'CONFIG_SMP=y\n');
  const { configText } = await configureKernel({
    sourceDir: dir,
    base: 'tiny',
    fragments: [mine],
    make: fakeMake(/^$/),
    hasPahole: false,
  });
  expect(configText).toBe('CONFIG_BASE=y\nCONFIG_SMP=y');
  expect(calls).toStrictEqual([['tinyconfig'], [`KCONFIG_ALLCONFIG=${join(dir, '.config.asked')}`, 'allnoconfig']]);
});

test("a file's options get their defaults from kconfig", async () => {
  await writeFile(mine, 'CONFIG_SMP=y\n');
  const { configText } = await configureKernel({
    sourceDir: dir,
    base: { name: 'base', text: '# CONFIG_SMP is not set\nCONFIG_OLD=y\n' },
    fragments: [mine],
    make: fakeMake(/^$/),
    hasPahole: false,
  });
  expect(configText).toBe('CONFIG_OLD=y\nCONFIG_SMP=y');
  expect(calls).toStrictEqual([['olddefconfig']]);
});

test('a real-time base whose kernel is none is noted', async () => {
  await writeFile(mine, 'CONFIG_SMP=y\n');
  const base = { name: 'rt', text: 'CONFIG_PREEMPT_RT=y\n' };
  const { notes } = await configureKernel({
    sourceDir: dir,
    base,
    fragments: [mine],
    make: fakeMake(/PREEMPT_RT/),
    hasPahole: false,
  });
  expect(notes).toStrictEqual([
    'rt: the kernel is not a real-time one, since this source has no CONFIG_PREEMPT_RT for it',
  ]);
});

test('every option that did not stick is reported with its line and its blocker', async () => {
  await writeFile(mine, 'CONFIG_DAX=y\n\nCONFIG_SPM=y\n# if the kernel has it\nCONFIG_GONE=y\n');
  const configured = configureKernel({
    sourceDir: dir,
    base: 'tiny',
    fragments: [mine],
    make: fakeMake(/DAX|SPM|GONE/),
    hasPahole: false,
  });
  await expect(configured).rejects.toMatchObject({
    code: 'config-unmet',
    message: `The kernel's configuration lacks 2 of the options that were asked for:
  ${mine}:1: CONFIG_DAX=y did not stick (it is n): it depends on SMP (=n).
  ${mine}:3: CONFIG_SPM=y did not stick: this kernel has no option SPM; the nearest name is SMP.`,
  });
});

test('an optional one that the kernel has must stick', async () => {
  await writeFile(mine, '# if the kernel has it\nCONFIG_DAX=y\n');
  await expect(
    configureKernel({ sourceDir: dir, base: 'tiny', fragments: [mine], make: fakeMake(/DAX/), hasPahole: false }),
  ).rejects.toThrow('it depends on SMP (=n)');
});

test('an unknown fragment gets the nearest name, and the list', async () => {
  await expect(loadFragments(['guest', 'prove-loking'])).rejects.toMatchObject({
    code: 'unknown-kconfig-fragment',
    remedy: expect.stringMatching(
      /^use prove-locking; the rig has dax-filesystems, dax-rules, dm-dax, .*; a fragment of your own is named by its path\.$/,
    ),
  });
});

test('a file that is not there is the users to mend', async () => {
  await expect(digestConfigInputs('tiny', [join(dir, 'none')])).rejects.toMatchObject({ code: 'unreadable-kconfig' });
});

test('the digest changes with a fragment, with their order, and with the base', async () => {
  await writeFile(mine, 'CONFIG_SMP=y\n');
  const digests = [
    await digestConfigInputs('tiny', ['guest', mine]),
    await digestConfigInputs('tiny', [mine, 'guest']),
    await digestConfigInputs('defconfig', ['guest', mine]),
  ];
  await writeFile(mine, '# CONFIG_SMP is not set\n');
  digests.push(await digestConfigInputs('tiny', ['guest', mine]));
  expect(new Set(digests).size).toBe(4);
  expect(await digestConfigInputs('tiny', ['guest', mine])).toBe(digests[3]);
});

test("none of the rig's fragments contradicts another", async () => {
  const names = [
    'guest',
    'nvdimm',
    'virtio-pmem',
    'dax-filesystems',
    'dm-dax',
    'dax-rules',
    'prove-locking',
    'kasan',
    'hung-task',
    'fault-injection',
  ];
  const values = new Map<string, Set<string>>();
  for (const { file, text } of await loadFragments(names)) {
    for (const { name, value } of parseFragment(text, file))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  expect([...values].filter(([, set]) => set.size > 1)).toStrictEqual([]);
});
