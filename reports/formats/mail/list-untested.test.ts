import { expect, test } from 'vitest';
import type { Matrix } from '../../../orchestrator/model/matrix.ts';
import type { TestResult } from '../../../orchestrator/model/outcome.ts';
import { makeKernelsRun } from '../../testing/make-series.ts';
import { listUntested, type SuiteTitle } from './list-untested.ts';

const PASS: TestResult = { status: 'pass' };
const SKIP: TestResult = { status: 'skip', message: 'no device' };

const NVDIMM = {
  name: 'nvdimm',
  devices: [{ kind: 'nvdimm', sizeBytes: 2 ** 30, namespace: 'fsdax', labelSizeBytes: 2 ** 21 }],
} as const;
const VIRTIO = { name: 'virtio-pmem', devices: [{ kind: 'virtio-pmem', sizeBytes: 2 ** 30 }] } as const;
const EXT4_DAX = { name: 'ext4-dax', type: 'ext4', mountOptions: 'dax=always', mkfsOptions: [] } as const;
const LOCKDEP = { kind: 'lockdep', name: 'lockdep', exercises: [], durationSec: 10 } as const;
const SUITES: readonly SuiteTitle[] = [
  ['fio', 'fio'],
  ['lockdep', 'the lockdep exercises'],
  ['xfstests', 'xfstests'],
];
const MATRIX: Pick<Matrix, 'pmem' | 'filesystems' | 'suites'> = {
  pmem: [NVDIMM, VIRTIO],
  filesystems: [EXT4_DAX],
  suites: [LOCKDEP],
};

function list(
  patched: Readonly<Record<string, Readonly<Record<string, TestResult>>>>,
  matrix = MATRIX,
): readonly string[] {
  return listUntested(makeKernelsRun({ base: patched, patched }).summarize(), matrix, 'patched', SUITES).map(
    ({ about, what }) => `${about}: ${what}`,
  );
}

const durability = (tests: Readonly<Record<string, TestResult>>): string | undefined =>
  list({ nvdimm: tests }).find((line) => line.startsWith('durability'));

test('durability comes first, then what no cell of the patched kernel had', () => {
  expect(list({ nvdimm: { 'lockdep/a': PASS }, 'virtio-pmem': { 'lockdep/a': PASS } })).toEqual([
    'durability: whether data that fsync or msync has acknowledged is still there after a power cut or the death of a guest',
    'devices: e820 (memmap=)',
    'namespaces: device DAX, sector (BTT), raw',
    'file systems: XFS with DAX, any without DAX',
    'suites: fio, xfstests',
    'speed: each figure was measured once',
    'hardware: real persistent memory; anything but x86-64 guests of QEMU',
  ]);
});

test('durability was tested where a test that takes the power or the guest away came to a result', () => {
  const after = 'durability: whether data that fsync or msync has acknowledged is still there after';
  expect(durability({ 'flush/power-loss/ext4': { status: 'fail', message: 'lost' } })).toBe(
    `${after} the death of a guest`,
  );
  expect(durability({ 'flush/power-loss/ext4': SKIP, 'flush/guest-killed/xfs': PASS })).toBe(`${after} a power cut`);
  expect(durability({ 'flush/power-loss/ext4': PASS, 'flush/guest-killed/xfs': PASS })).toBeUndefined();
});

test('a topology on which nothing came to a result was not tested, and the tests are counted', () => {
  const found = list({ nvdimm: { 'lockdep/a': PASS, 'lockdep/b': SKIP }, 'virtio-pmem': { 'lockdep/a': SKIP } });
  expect(found).toContain('devices: virtio-pmem, e820 (memmap=)');
  expect(found).toContain('left out: 2 tests of these suites that did not run or had no result');
});

test('a failure that a list knows was tested', () => {
  expect(
    list({
      nvdimm: {
        'lockdep/a': {
          status: 'skip',
          forgiven: { by: 'list', reason: 'x' },
          message: 'known failure: MAP_SYNC is refused',
        },
      },
    }).join(),
  ).not.toContain('left out');
});

test('a matrix that names all of it leaves durability and hardware', () => {
  const all: typeof MATRIX = {
    pmem: [
      {
        name: 'nvdimm',
        devices: [
          ...NVDIMM.devices,
          ...VIRTIO.devices,
          ...(['devdax', 'sector', 'raw'] as const).map((namespace) => ({
            kind: 'e820' as const,
            sizeBytes: 2 ** 30,
            namespace,
          })),
        ],
      },
    ],
    filesystems: [{ ...EXT4_DAX }, { ...EXT4_DAX, type: 'xfs' }, { ...EXT4_DAX, mountOptions: 'dax=never' }],
    suites: [LOCKDEP, { kind: 'fio', name: 'lockdep' }],
  };
  expect(list({ nvdimm: { 'lockdep/a': PASS } }, all).map((line) => line.split(':')[0])).toEqual([
    'durability',
    'suites',
    'speed',
    'hardware',
  ]);
});

test('a virtio-pmem device that is no fsdax did not test fsdax', () => {
  const tested = { 'virtio-pmem': { 'lockdep/a': PASS } };
  const devdax = { ...VIRTIO, devices: [{ ...VIRTIO.devices[0], namespace: 'devdax' as const }] };
  expect(list(tested, { ...MATRIX, pmem: [devdax] })).toContain('namespaces: fsdax, sector (BTT), raw');
  expect(list(tested)).toContain('namespaces: device DAX, sector (BTT), raw');
});
