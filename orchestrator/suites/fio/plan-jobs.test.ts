import { describe, expect, test } from 'vitest';
import type { FilesystemSpec } from '../../model/matrix.ts';
import type { FioSuiteSpec } from '../../../matrices/suites/fio.ts';
import { BOOKWORM } from '../testing/suite-context.ts';
import type { PmemDevice } from '../../model/pmem.ts';
import { listFioJobs, parseFioJob, readFioJob } from './job-file.ts';
import { planFioJobs } from './plan-jobs.ts';

const GIB = 2 ** 30;
const nvdimm = (namespace: 'raw' | 'fsdax' | 'devdax' | 'sector'): PmemDevice => ({
  kind: 'nvdimm',
  sizeBytes: GIB,
  namespace,
  labelSizeBytes: 2 ** 21,
});
const blk: PmemDevice = { kind: 'virtio-blk', sizeBytes: GIB };
const virtio: PmemDevice = { kind: 'virtio-pmem', sizeBytes: GIB };
const dax: FilesystemSpec = { name: 'ext4-dax', type: 'ext4', mountOptions: 'dax=always', mkfsOptions: [] };
const plain: FilesystemSpec = { name: 'ext4', type: 'ext4', mountOptions: '', mkfsOptions: [] };
const none: FilesystemSpec = { name: 'none', type: 'none', mountOptions: '', mkfsOptions: [] };

const planWith = (
  spec: Pick<FioSuiteSpec, 'jobs' | 'fitting'>,
  devices: readonly PmemDevice[],
  filesystem: FilesystemSpec,
  sizeBytes = 2 ** 27,
) =>
  planFioJobs({
    spec: { kind: 'fio', name: 'fio', runtimeSec: 5, sizeBytes, ...spec },
    kernel: { kind: 'debian', name: 'k', release: 'bookworm', flavour: 'amd64' },
    image: BOOKWORM,
    pmem: { name: 'topo', devices },
    filesystem,
  });

const plan = (job: string, devices: readonly PmemDevice[], filesystem: FilesystemSpec, sizeBytes = 2 ** 27) =>
  planWith({ jobs: [job] }, devices, filesystem, sizeBytes);

test.each(listFioJobs())('%s has a header, an engine and the placeholders', (name) => {
  const { engines, text } = readFioJob(name);
  expect(engines.length).toBeGreaterThan(0);
  expect(text).toContain('filename=${PMEMRIG_FILE}');
  expect(text).toContain('size=${PMEMRIG_SIZE}');
});

test('a job without a header is a bug', () =>
  expect(() => parseFioJob('x', '[a]\nrw=read\n')).toThrow('fio job x: expected'));

test.each([
  ['dax-mmap-read', [nvdimm('fsdax')], dax],
  ['dax-mmap-read', [virtio], dax],
  // Whether the kernel refuses DAX there is for the guest to show.
  ['dax-mmap-read', [nvdimm('raw')], dax],
  ['block-libaio', [nvdimm('raw')], none],
  ['block-libaio', [nvdimm('sector')], none],
  ['block-libaio', [blk], none],
  ['block-libaio', [virtio, blk], dax],
  ['dev-dax-read', [nvdimm('devdax')], none],
])('%s is planned', (job, devices, filesystem) => {
  expect(plan(job, devices, filesystem)).toEqual([{ name: `fio/${job}`, estimateSec: 7 }]);
});

test.each([
  ['ext4 on virtio-blk', [blk], plain],
  ['ext4 on pmem, mounted without DAX', [virtio], plain],
  ['ext4 on a sector namespace', [nvdimm('sector')], plain],
  ['a DAX mount', [nvdimm('fsdax')], dax],
])('a job that needs no more than a file is planned on %s', (_where, devices, filesystem) => {
  expect(plan('fs-psync-verify', devices, filesystem)).toMatchObject([{ name: 'fio/fs-psync-verify' }]);
});

test('a verify job that may run without DAX reads back past the page cache', () => {
  expect(readFioJob('fs-psync-verify').text.split('[reverify]')[1]).toContain('direct=1');
});

test.each([
  [
    'dax-mmap-read',
    [nvdimm('fsdax')],
    none,
    'fio job dax-mmap-read cannot run on topo with none: it needs a file, and the cell has no file system',
  ],
  [
    'dax-mmap-read',
    [nvdimm('fsdax')],
    plain,
    'fio job dax-mmap-read cannot run on topo with ext4: it needs DAX, and ext4 is mounted without it',
  ],
  [
    'dax-mmap-read',
    [blk],
    dax,
    'fio job dax-mmap-read cannot run on topo with ext4-dax: it needs DAX, and topo has only block devices',
  ],
  [
    'dax-mmap-read',
    [nvdimm('sector')],
    dax,
    'fio job dax-mmap-read cannot run on topo with ext4-dax: it needs DAX, and topo has only sector devices',
  ],
  [
    'block-libaio',
    [nvdimm('devdax')],
    none,
    'fio job block-libaio cannot run on topo with none: it needs a block device',
  ],
  [
    'block-libaio',
    [virtio],
    dax,
    'fio job block-libaio cannot run on topo with ext4-dax: it overwrites a block device, and the only one carries ext4-dax',
  ],
  ['dev-dax-read', [virtio], none, 'fio job dev-dax-read cannot run on topo with none: it needs a device-DAX node'],
])('%s is refused where it can never work, with the way out', (job, devices, filesystem, message) => {
  expect(() => plan(job, devices, filesystem)).toThrow(
    expect.objectContaining({ message, remedy: expect.any(String), code: 'fio-job-misplaced' }),
  );
});

describe('a suite that names no jobs', () => {
  test('runs those that fit the cell', () => {
    const jobs = ['block-libaio', 'dax-mmap-read', 'dev-dax-read'];
    expect(planWith({ jobs, fitting: true }, [virtio], dax)).toMatchObject([{ name: 'fio/dax-mmap-read' }]);
    expect(() => planWith({ jobs }, [virtio], dax)).toThrow('fio job block-libaio cannot run');
  });

  test('is refused where none fits', () => {
    expect(() => planWith({ jobs: ['dev-dax-read', 'block-libaio'], fitting: true }, [virtio], dax)).toThrow(
      expect.objectContaining({
        code: 'no-fitting-job',
        message: expect.stringMatching(/^none of the fio jobs can run here, for one: fio job dev-dax-read cannot run/),
      }),
    );
  });
});

test('a size beyond the device is refused', () => {
  expect(() => plan('block-libaio', [blk], none, 2 * GIB)).toThrow("its size 2G exceeds the device's 1G");
});

test('a verify job takes longer the larger its size', () => {
  const [small] = plan('block-libaio-verify', [blk], none, 2 ** 20);
  const [large] = plan('block-libaio-verify', [blk], none, 2 ** 29);
  expect(large?.estimateSec).toBeGreaterThan((small?.estimateSec ?? 0) + 20);
});

test('a libpmem job lays its file out by another engine first: on an empty file libpmem does no I/O and says nothing', () => {
  expect(readFioJob('libpmem-randwrite').engines).toEqual(['psync', 'libpmem']);
});
