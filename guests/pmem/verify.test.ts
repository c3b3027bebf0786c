import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NamespaceMode } from '../../orchestrator/model/device-kinds.ts';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import { type ExpectedDevice, locateDevices } from './expected-device.ts';
import { parseSurvey, type Survey } from './survey.ts';
import { planNamespaces, verifyDevices } from './verify.ts';

const MIB = 2 ** 20;

// Recorded in a guest of Debian's 6.12 with ndctl 76, before and after the namespaces were made.
const fresh = parseSurvey(readFileSync(join(import.meta.dirname, 'testdata/mixed-fresh-6.12.txt'), 'utf8'));
const ready = parseSurvey(readFileSync(join(import.meta.dirname, 'testdata/mixed-ready-6.12.txt'), 'utf8'));

const nvdimm = (namespace: NamespaceMode, sizeMib: number): PmemDevice => ({
  kind: 'nvdimm',
  sizeBytes: sizeMib * MIB,
  namespace,
  labelSizeBytes: 2 * MIB,
});
const e820 = (namespace: NamespaceMode, sizeMib: number): PmemDevice => ({
  kind: 'e820',
  sizeBytes: sizeMib * MIB,
  namespace,
});
const virtioPmem: PmemDevice = { kind: 'virtio-pmem', sizeBytes: 130 * MIB };
const disk: PmemDevice = { kind: 'virtio-blk', sizeBytes: 100 * MIB };

const mixed: readonly ExpectedDevice[] = [
  { device: nvdimm('raw', 66), at: { address: 0x140000000 } },
  { device: nvdimm('fsdax', 258), at: { address: 0x144200000 } },
  { device: virtioPmem, at: { address: 0x154400000 } },
  { device: nvdimm('devdax', 128), at: { address: 0x15c600000 } },
  { device: nvdimm('sector', 66), at: { address: 0x164600000 } },
  { device: e820('sector', 64), at: { address: 0x100000000 } },
  { device: e820('fsdax', 66), at: { address: 0x104000000 } },
  { device: disk, at: { serial: 'pmemrig-pmem7' } },
];

/** A survey of one virtio-pmem device, as it ought to be but for `changes`. */
function surveyOf(changes: Partial<Survey> = {}): Survey {
  return {
    regions: [
      {
        name: 'region0',
        address: 4096,
        sizeBytes: 130 * MIB,
        namespace: { dev: 'namespace0.0', mode: 'fsdax', size: 130 * MIB, blockdev: 'pmem0' },
      },
    ],
    blocks: new Map([['pmem0', { sizeBytes: 130 * MIB, dax: true, serial: '-' }]]),
    daxes: new Map(),
    drivers: new Map([
      ['virtio_pmem', 'loaded'],
      ['nd_pmem', 'loaded'],
      ['nfit', 'missing'],
      ['virtio_blk', 'available'],
    ]),
    hasNdctl: true,
    strays: [],
    failures: new Map(),
    ...changes,
  };
}

function problemOf(
  device: PmemDevice,
  survey: Survey,
  at: ExpectedDevice['at'] = { address: 4096 },
): string | undefined {
  const { devices, problems } = verifyDevices([{ device, at }], survey);
  expect(devices).toHaveLength(1 - problems.length);
  return problems[0];
}

test('only namespaces that are not yet as asked are made anew', () => {
  expect(planNamespaces(mixed, fresh)).toEqual([
    { region: 'region3', namespace: 'namespace3.0', mode: 'fsdax' },
    { region: 'region4', namespace: 'namespace4.0', mode: 'devdax' },
    { region: 'region2', namespace: 'namespace2.0', mode: 'sector' },
    { region: 'region5', namespace: 'namespace5.0', mode: 'sector' },
  ]);
  expect(planNamespaces(mixed, ready)).toEqual([]);
});

test('a virtio-pmem is reshaped like any other device', () => {
  const sector: PmemDevice = { kind: 'virtio-pmem', sizeBytes: 130 * MIB, namespace: 'sector' };
  expect(planNamespaces([{ device: sector, at: { address: 4096 } }], surveyOf())).toEqual([
    { region: 'region0', namespace: 'namespace0.0', mode: 'sector' },
  ]);
  expect(problemOf(sector, surveyOf())).toBe('device 1 (virtio-pmem 130M sector): namespace0.0 is fsdax, not sector');
});

test('eight devices are found by address and serial number, in the order of the topology', () => {
  const { devices, problems } = verifyDevices(mixed, ready);
  expect(problems).toEqual([]);
  expect(devices.map(({ kind, mode, path, sizeBytes, dax }) => [kind, mode, path, sizeBytes, dax])).toEqual([
    ['nvdimm', 'raw', '/dev/pmem1', 66 * MIB, false],
    ['nvdimm', 'fsdax', '/dev/pmem3', 256 * MIB, true],
    ['virtio-pmem', 'fsdax', '/dev/pmem0', 130 * MIB, true],
    ['nvdimm', 'devdax', '/dev/dax4.0', 126 * MIB, true],
    ['nvdimm', 'sector', '/dev/pmem2s', expect.any(Number), false],
    ['e820', 'sector', '/dev/pmem5s', expect.any(Number), false],
    ['e820', 'fsdax', '/dev/pmem6', 66 * MIB, true],
    ['virtio-blk', 'block', '/dev/vdc', 100 * MIB, false],
  ]);
  expect(devices[0]).toMatchObject({ namespace: 'namespace1.0', region: 'region1' });
});

test('before the namespaces are made each wrong one is reported, and the right ones are there', () => {
  const { devices, problems } = verifyDevices(mixed, fresh);
  expect(devices).toHaveLength(4);
  expect(problems).toEqual([
    'device 2 (nvdimm 258M fsdax): namespace3.0 is raw, not fsdax',
    'device 4 (nvdimm 128M devdax): namespace4.0 is raw, not devdax',
    'device 5 (nvdimm 66M sector): namespace2.0 is raw, not sector',
    'device 6 (e820 64M sector): namespace5.0 is fsdax, not sector',
  ]);
});

test('a missing driver is named with its module and option', () => {
  expect(problemOf(nvdimm('raw', 66), surveyOf(), { address: 8192 })).toBe(
    'device 1 (nvdimm 66M raw): no region appeared; the kernel has no driver nfit: neither built in nor as a module (CONFIG_ACPI_NFIT)',
  );
  expect(problemOf(disk, surveyOf(), { serial: 'pmemrig-pmem0' })).toBe(
    'device 1 (virtio-blk 100M): no disk appeared; the module virtio_blk is there but was not loaded',
  );
  expect(problemOf(virtioPmem, surveyOf({ regions: [] }))).toBe(
    'device 1 (virtio-pmem 130M): no region appeared, though the driver virtio_pmem is there',
  );
});

test('a device that QEMU does not locate is a problem of its own, with what of its list was odd', () => {
  const placement = { by: 'memory-device', qdevId: 'pmem1' } as const;
  const [good, lost] = locateDevices(
    [virtioPmem, virtioPmem],
    [{ by: 'memory-device', qdevId: 'pmem0' }, placement],
    { addresses: new Map([['pmem0', 4096]]), unread: ['data.memaddr is "0x1000": expected number'] },
    '11.1.3',
  );
  expect(good?.at).toEqual({ address: 4096 });
  expect(problemOf(virtioPmem, surveyOf(), lost?.at)).toBe(
    'device 1 (virtio-pmem 130M): QEMU 11.1.3 does not say where it put pmem1; in its list of memory devices data.memaddr is "0x1000": expected number',
  );
});

test('size, state, DAX and node are checked', () => {
  const [region] = surveyOf().regions;
  if (region?.namespace === undefined || 'unread' in region.namespace) throw new Error('no region');
  const { namespace } = region;
  expect(problemOf({ kind: 'virtio-pmem', sizeBytes: 128 * MIB }, surveyOf())).toBe(
    'device 1 (virtio-pmem 128M): region0 has 136314880 bytes instead of 134217728',
  );
  expect(
    problemOf(virtioPmem, surveyOf({ regions: [{ ...region, namespace: { ...namespace, state: 'disabled' } }] })),
  ).toBe('device 1 (virtio-pmem 130M): namespace0.0 is disabled, though the driver nd_pmem is there');
  expect(
    problemOf(
      virtioPmem,
      surveyOf({ blocks: new Map([['pmem0', { sizeBytes: 130 * MIB, dax: false, serial: '-' }]]) }),
    ),
  ).toBe('device 1 (virtio-pmem 130M): pmem0 does not offer DAX (queue/dax is 0)');
  expect(problemOf(virtioPmem, surveyOf({ blocks: new Map() }))).toContain('namespace0.0 has no device node');
  expect(problemOf(virtioPmem, surveyOf({ failures: new Map([['namespace0.0', 'Error: misaligned']]) }))).toBe(
    'device 1 (virtio-pmem 130M): namespace0.0 could not be made fsdax: Error: misaligned',
  );
  expect(problemOf(virtioPmem, surveyOf({ hasNdctl: false }))).toContain('the image has no ndctl');
});

test('what ndctl lists and the rig cannot read is a problem of its device, never a device', () => {
  const [region] = surveyOf().regions;
  if (!region) throw new Error('no region');
  const odd = surveyOf({
    regions: [{ ...region, namespace: { unread: 'namespace0.0: mode is "memory": expected another' } }],
  });
  expect(problemOf(virtioPmem, odd)).toBe(
    'device 1 (virtio-pmem 130M): ndctl lists what the rig cannot read: namespace0.0: mode is "memory": expected another',
  );
  expect(planNamespaces([{ device: e820('devdax', 130), at: { address: 4096 } }], odd)).toEqual([]);
  expect(
    problemOf(
      virtioPmem,
      surveyOf({ regions: [{ ...region, namespace: undefined }], strays: ['dev is 1: expected string'] }),
    ),
  ).toBe(
    "device 1 (virtio-pmem 130M): region0 has no namespace that the rig can read in ndctl's list: dev is 1: expected string",
  );
});
