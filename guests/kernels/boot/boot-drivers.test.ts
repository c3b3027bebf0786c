import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GuestDeath } from '../../../orchestrator/model/errors.ts';
import { blameMissingDriver, checkBootDrivers } from './boot-drivers.ts';
import type { PreparedKernel } from '../prepared-kernel.ts';

const RELEASE = '6.9.0';
/** The options and modules that every guest needs. */
const PLAIN = ['BLK_DEV_INITRD', 'SERIAL_8250_CONSOLE', 'PROC_FS', 'SYSFS', 'DEVTMPFS', 'TMPFS']
  .map((name) => `CONFIG_${name}=y\n`)
  .join('');
const TRISTATE = {
  VIRTIO_PCI: 'virtio_pci',
  VIRTIO_BLK: 'virtio_blk',
  EXT4_FS: 'ext4',
  OVERLAY_FS: 'overlay',
  VIRTIO_NET: 'virtio_net',
};
const configOf = (value: string): string =>
  PLAIN +
  Object.keys(TRISTATE)
    .map((name) => `CONFIG_${name}=${value}\n`)
    .join('');
const DEP = Object.values(TRISTATE)
  .map((name) => `kernel/${name}.ko:\n`)
  .join('');
const BUILTIN = Object.values(TRISTATE)
  .map((name) => `kernel/${name}.ko\n`)
  .join('');

interface Given {
  readonly config?: string;
  readonly dep?: string;
  readonly builtin?: string;
}

/** A kernel with what is given; modules come with it if either index is. */
async function newKernel({ config, dep, builtin }: Given): Promise<PreparedKernel> {
  const dir = await mkdtemp(join(tmpdir(), 'drivers-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const tree = join(dir, 'lib', 'modules', RELEASE);
  await mkdir(tree, { recursive: true });
  await writeFile(join(tree, 'modules.dep'), dep ?? '');
  await writeFile(join(tree, 'modules.builtin'), builtin ?? '');
  await writeFile(join(dir, 'config'), config ?? '');
  const modules = dep !== undefined || builtin !== undefined;
  return {
    name: 'mine',
    image: '/k',
    release: RELEASE,
    description: '',
    initramfs: '/i',
    digest: 'd',
    notes: [],
    ...(modules && { modulesDisk: join(dir, 'modules.ext4') }),
    ...(config !== undefined && { config: join(dir, 'config') }),
  };
}

test.each<[string, Given]>([
  ['all is built in', { config: configOf('y') }],
  ['all is built in, and its modules list says so', { builtin: BUILTIN }],
  ['all modules are given', { config: configOf('m'), dep: DEP }],
  ['nothing is known but the modules', { dep: DEP }],
  ['nothing is known at all', {}],
  ['modules were given without a list of what is built in', { dep: '' }],
])('a kernel of which %s may boot', async (_, given) => {
  await expect(checkBootDrivers(await newKernel(given))).resolves.toMatchObject({ name: 'mine' });
});

test.each<[string, Given, string]>([
  [
    'its modules were not given',
    { config: configOf('m') },
    'came without the modules of CONFIG_VIRTIO_PCI, CONFIG_VIRTIO_BLK, CONFIG_EXT4_FS, CONFIG_OVERLAY_FS, CONFIG_VIRTIO_NET: no guest',
  ],
  [
    'one of its modules is not among them',
    { config: configOf('m'), dep: DEP.replace('kernel/overlay.ko:\n', '') },
    'came without the modules of CONFIG_OVERLAY_FS: no guest',
  ],
  [
    'an option is off',
    { config: configOf('y').replace('CONFIG_VIRTIO_BLK=y', '# CONFIG_VIRTIO_BLK is not set') },
    'is built without CONFIG_VIRTIO_BLK: no guest',
  ],
  [
    'there is no serial console',
    { config: configOf('y').replace('CONFIG_SERIAL_8250_CONSOLE=y\n', '') },
    'is built without CONFIG_SERIAL_8250_CONSOLE',
  ],
  [
    'neither list of its modules has a driver',
    { dep: DEP.replace('kernel/ext4.ko:\n', ''), builtin: 'kernel/fs/x.ko\n' },
    'is built without CONFIG_EXT4_FS',
  ],
])('a kernel of which %s is refused before it boots', async (_, given, words) => {
  await expect(checkBootDrivers(await newKernel(given))).rejects.toMatchObject({
    name: 'UserError',
    code: 'kernel-lacks-driver',
    message: expect.stringContaining(words) as string,
  });
});

const notesOf = async (given: Given): Promise<readonly string[]> =>
  (await checkBootDrivers(await newKernel(given))).notes;

test('a kernel without modules says before the boot what it may be short of', async () => {
  expect(await notesOf({ config: `${configOf('y')}CONFIG_ACPI_NFIT=m\nCONFIG_BTRFS_FS=m\n` })).toStrictEqual([
    'it came without modules, and 2 options of its configuration are modules, nfit among them',
  ]);
  expect(await notesOf({})).toStrictEqual([
    'it came without modules and its configuration is unknown: all drivers must be built in',
  ]);
  expect(await notesOf({ config: configOf('y') })).toStrictEqual([]);
  expect(await notesOf({ dep: DEP })).toStrictEqual([]);
});

const SENTENCE = 'the kernel has no driver virtio_pci (CONFIG_VIRTIO_PCI), so the root disk cannot be reached.';
const GAVE_UP = new GuestDeath('power-off', `the guest gave up during boot: ${SENTENCE}`, '');

test.each([
  SENTENCE,
  'the kernel has no ext4 file system, neither built in nor among its modules (CONFIG_EXT4_FS).',
  'the kernel has no devtmpfs file system (CONFIG_DEVTMPFS).',
])('"%s" is the user\'s to mend where only the boot shows it', async (sentence) => {
  expect(await blameMissingDriver(GAVE_UP, sentence, false, await newKernel({}))).toMatchObject({
    name: 'UserError',
    code: 'kernel-lacks-driver',
    message: expect.stringContaining(sentence) as string,
  });
});

test('a driver that was given and does not come up is the crash of its kernel, and so is one after a report', async () => {
  expect(await blameMissingDriver(GAVE_UP, SENTENCE, false, await newKernel({ dep: DEP }))).toBe(GAVE_UP);
  expect(await blameMissingDriver(GAVE_UP, SENTENCE, true, await newKernel({}))).toBe(GAVE_UP);
});

test('a guest that gave up for another reason has died of it', async () => {
  for (const sentence of [
    undefined,
    'the overlay over the root disk could not be mounted (CONFIG_OVERLAY_FS).',
    'sshd could not start.',
  ])
    expect(await blameMissingDriver(GAVE_UP, sentence, false, await newKernel({}))).toBe(GAVE_UP);
});
