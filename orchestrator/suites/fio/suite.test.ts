import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FioSuiteSpec } from '../../../matrices/suites/fio.ts';
import { type Answer, createFakeGuest } from '../testing/fake-guest.ts';
import { createSuiteContext, EXT4_DAX, FSDAX, NO_FILESYSTEM, RAW } from '../testing/suite-context.ts';
import { fioSuite } from './suite.ts';
import { SuiteSetupError } from '../../model/errors.ts';

const JSON_FILE = readFileSync(join(import.meta.dirname, 'testdata', 'psync-fsync.json'), 'utf8');
const STATX_DAX = 'stat.mask = 0x1fff\nstat.attributes = 0x200000\nstat.attributes_mask = 0x303874\n';
const HEALTHY = { 'statx -r': { stdout: STATX_DAX }, 'df -B1': { stdout: '    Avail\n412729344\n' } };

const spec = (job: string, sizeBytes = 2 ** 27): FioSuiteSpec => ({
  kind: 'fio',
  name: 'fio',
  jobs: [job],
  runtimeSec: 5,
  sizeBytes,
});

async function runJob(
  job: string,
  answers: Record<string, Answer | readonly Answer[]>,
  { device = FSDAX, filesystem = EXT4_DAX, sizeBytes = 2 ** 27, runtimeSec = 5 } = {},
) {
  const guest = createFakeGuest({ devices: [device], answers, files: { [`/run/pmemrig/fio/${job}.json`]: JSON_FILE } });
  const session = await fioSuite.open(createSuiteContext({ ...spec(job, sizeBytes), runtimeSec }, guest, filesystem));
  const result = await session.run({ name: `fio/${job}`, estimateSec: 1 }, 1);
  await session.close();
  return { guest, result };
}

test('a DAX job runs on a file whose DAX state is proved first, and everything is undone', async () => {
  const { guest, result } = await runJob('dax-psync-fsync', HEALTHY);
  expect(result).toMatchObject({ status: 'pass', artifacts: ['dax-psync-fsync.1.stderr', 'dax-psync-fsync.1.json'] });
  const order = [
    'mkfs.ext4',
    'mount -t ext4 -o dax=always /dev/pmem0 /mnt/pmemrig',
    'xfs_io -f -c statx -r /mnt/pmemrig/dax-psync-fsync',
    'fio --output-format=json',
    'umount /mnt/pmemrig',
  ];
  const places = order.map((part) => guest.calls.findIndex((call) => call.startsWith(part)));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(guest.optionsOf('--output-format')?.env).toEqual({
    PMEMRIG_FILE: '/mnt/pmemrig/dax-psync-fsync',
    PMEMRIG_SIZE: String(2 ** 27),
    PMEMRIG_RUNTIME: '5000ms',
  });
});

test.each([
  [1, '1000ms'],
  [2.5, '2500ms'],
  [1.005, '1005ms'],
  [4.35, '4350ms'],
  [5400, '5400000ms'],
  [1.00049, '1000ms'],
])('a runtime of %d s reaches fio as %s: fio drops a fraction of a second', async (runtimeSec, passed) => {
  const { guest } = await runJob('dax-psync-fsync', HEALTHY, { runtimeSec });
  expect(guest.optionsOf('--output-format')?.env).toMatchObject({ PMEMRIG_RUNTIME: passed });
});

test('a file that is not in DAX state fails the job before fio starts', async () => {
  const { guest, result } = await runJob('dax-mmap-read', {
    ...HEALTHY,
    'statx -r': { stdout: 'stat.mask = 0x1fff\nstat.attributes = 0x0\n' },
    findmnt: { stdout: 'XFS (pmem0): DAX unsupported by block device. Turning off DAX.\n' },
  });
  expect(result).toMatchObject({
    status: 'fail',
    message: 'DAX is not active on /mnt/pmemrig/dax-mmap-read (STATX_ATTR_DAX not set)',
    evidence: 'stat.attributes = 0x0\nXFS (pmem0): DAX unsupported by block device. Turning off DAX.',
  });
  expect(guest.calls.some((call) => call.startsWith('fio --output'))).toBe(false);
});

test('without xfs_io the message names the package', async () => {
  const { result } = await runJob('dax-mmap-read', {
    ...HEALTHY,
    'statx -r': { exitCode: 127, stderr: "env: 'xfs_io': No such file or directory\n" },
  });
  expect(result.message).toBe(
    'DAX could not be proved on /mnt/pmemrig/dax-mmap-read: xfs_io is not in the guest: add xfsprogs to the image',
  );
});

test('a DAX mount that a raw namespace refuses fails the set-up in the words of mount and the kernel', async () => {
  const refused = {
    'mount -t': {
      exitCode: 32,
      stderr: 'mount: /mnt/pmemrig: wrong fs type, bad option, bad superblock on /dev/pmem0.\n',
    },
    dmesg: { stdout: '[   26.6] memmap_init\n[   27.622243] EXT4-fs (pmem0): DAX unsupported by block device.\n' },
  };
  const failure = await runJob('dax-mmap-read', refused, { device: RAW }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SuiteSetupError);
  expect(failure).toMatchObject({
    status: 'fail',
    message:
      '`mount -t ext4 -o dax=always /dev/pmem0 /mnt/pmemrig` failed with exit status 32: EXT4-fs (pmem0): DAX unsupported by block device. ' +
      '(a raw namespace has no struct pages, so no DAX: use namespace: fsdax)',
    evidence: expect.stringContaining('wrong fs type'),
  });
});

test.each([
  ['mkfs', 'mkfs.ext4'],
  ['mount', 'mount -t ext4'],
])('%s past its deadline is a hang of the set-up, with the blocked tasks', async (_step, command) => {
  const answers = {
    [command]: { exitCode: null, timedOut: true },
    'sysrq-trigger': { stdout: '[ 40.1] task:mkfs.ext4 state:D\n[ 40.2] EXT4-fs (pmem0): mounted\n' },
  };
  const failure = await runJob('dax-mmap-read', answers).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SuiteSetupError);
  expect(failure).toMatchObject({
    status: 'hang',
    message: expect.stringMatching(/did not end within 30 s \(the limit for setting up\)$/),
    evidence: expect.stringContaining('state:D'),
  });
});

test('a DAX state that the guest never shows is a hang, not a missing DAX', async () => {
  const { result } = await runJob('dax-mmap-read', { ...HEALTHY, 'statx -r': { exitCode: null, timedOut: true } });
  expect(result).toMatchObject({
    status: 'hang',
    message:
      'xfs_io did not say within 30 s whether DAX is active on /mnt/pmemrig/dax-mmap-read (the limit for setting up)',
  });
});

test('a step of the set-up whose exit status was lost says so', async () => {
  await expect(
    runJob('block-libaio', { 'fio --version': { exitCode: null } }, { filesystem: NO_FILESYSTEM }),
  ).rejects.toThrow('`fio --version` ended, but its exit status was lost');
});

test("an engine that the guest's fio lacks is a skip in fio's words", async () => {
  const { result } = await runJob('libpmem-randwrite', {
    ...HEALTHY,
    enghelp: { stdout: 'IO engine libpmem not found\n' },
  });
  expect(result).toEqual({ status: 'skip', message: "the guest's fio lacks the engine: IO engine libpmem not found" });
});

test('a size that the file system has no room for fails before fio runs into it', async () => {
  const { result } = await runJob('dax-mmap-read', HEALTHY, { sizeBytes: 2 ** 29 });
  expect(result).toMatchObject({
    status: 'fail',
    message: "the suite's size 512M does not fit: /dev/pmem0 has room for 412729344 bytes",
  });
});

test('a block job runs on the bare device, without a file system', async () => {
  const { guest } = await runJob('block-libaio', {}, { device: RAW, filesystem: NO_FILESYSTEM });
  expect(guest.optionsOf('--output-format')?.env?.['PMEMRIG_FILE']).toBe('/dev/pmem0');
  expect(guest.calls.some((call) => call.includes('mount'))).toBe(false);
});

test('a file job on a plain mount asks for no DAX', async () => {
  const ext4 = { ...EXT4_DAX, name: 'ext4', mountOptions: '' };
  const device = { ...FSDAX, kind: 'virtio-blk' as const, mode: 'block' as const, path: '/dev/vdc', dax: false };
  const { guest, result } = await runJob('fs-psync-verify', HEALTHY, { device, filesystem: ext4 });
  expect(result.status).toBe('pass');
  expect(guest.calls).toContain('mount -t ext4 /dev/vdc /mnt/pmemrig');
  expect(guest.calls.some((call) => call.startsWith('xfs_io'))).toBe(false);
  expect(guest.optionsOf('--output-format')?.env?.['PMEMRIG_FILE']).toBe('/mnt/pmemrig/fs-psync-verify');
});

test('a guest without fio fails the set-up', async () => {
  await expect(runJob('block-libaio', { 'fio --version': { exitCode: 127 } })).rejects.toThrow(
    '`fio --version` is not in the guest: add its package to the image',
  );
});

test('a deadline leaves time for the runtime and for a slow fill', async () => {
  const guest = createFakeGuest({ devices: [FSDAX], answers: HEALTHY });
  const session = await fioSuite.open(createSuiteContext(spec('dax-mmap-verify'), guest, EXT4_DAX));
  expect(session.testTimeoutMs({ name: 'fio/dax-mmap-verify', estimateSec: 1 })).toBe((5 + 60 + 64) * 1000);
});
