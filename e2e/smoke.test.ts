import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { parse } from 'junit2json';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { rig, type RigRun, Workspace } from './support/rig.ts';

/** The main job as its users start it; what it leaves is looked at from several sides. */
const workspace = new Workspace();
let run: RigRun;
beforeAll(async () => {
  run = await rig(['run', join(PACKAGE_ROOT, 'matrices', 'smoke.yaml')], workspace);
});
afterAll(() => workspace[Symbol.dispose]());

const ends = () => run.events.filter((event) => event.type === 'test-end');

test('every cell passes on two kernels over every access path', () => {
  const notPassed = ends().filter(({ status }) => status !== 'pass' && status !== 'skip');
  expect(notPassed).toEqual([]);
  expect(run.exitCode).toBe(0);
  const cells = new Set(ends().map(({ cell }) => cell));
  for (const kernel of ['debian-6.1', 'debian-6.12']) {
    for (const leg of [
      'nvdimm/ext4-dax/fio',
      'nvdimm/xfs-dax/fio',
      'virtio-pmem/ext4-dax/fio',
      'virtio-pmem/xfs-dax/fio',
      'e820/ext4-dax/fio',
    ])
      expect(cells).toContain(`${kernel}/${leg}`);
    for (const leg of ['nvdimm-raw', 'nvdimm-sector', 'virtio-blk'])
      expect(cells).toContain(`${kernel}/${leg}/fio-block`);
    expect(cells).toContain(`${kernel}/nvdimm-devdax/fio-devdax`);
  }
});

test('each kernel ran in its own guests', () => {
  const releases = new Set(
    run.events.flatMap((event) =>
      event.type === 'guest-boot'
        ? [`${event.cell.split('/')[0]} ${event.kernelRelease.replace(/^(\d+\.\d+).*/, '$1')}`]
        : [],
    ),
  );
  expect([...releases].toSorted()).toEqual(['debian-6.1 6.1', 'debian-6.12 6.12']);
});

test('skips name their reason, and only libpmem on virtio-pmem is skipped', () => {
  const skips = ends().filter(({ status }) => status === 'skip');
  expect(new Set(skips.map(({ message }) => message))).toEqual(
    new Set(['libpmem needs MAP_SYNC, which virtio-pmem rightly refuses (EOPNOTSUPP): its flush is asynchronous']),
  );
  expect(skips.every(({ cell, test }) => cell.includes('/virtio-pmem/') && test === 'fio/libpmem-randwrite')).toBe(
    true,
  );
});

test('fio was measured, not just run', () => {
  const figures = ends().find(({ test, status }) => test === 'fio/dax-psync-fsync' && status === 'pass')?.metrics ?? [];
  expect(figures.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['write.iops', 'write.bandwidth', 'write.clat.p99', 'sync.lat.p99']),
  );
  expect(figures.every(({ value }) => Number.isFinite(value))).toBe(true);
});

test('junit.xml reads the same with two independent parsers, and counts what the journal holds', async () => {
  const xml = readFileSync(join(run.dir, 'junit.xml'), 'utf8');
  const [fast, other] = [
    new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(xml) as FastXml,
    await parse(xml),
  ];
  const suites = fast.testsuites.testsuite;
  const planned = run.events.find((event) => event.type === 'run-start');
  expect(suites.map(({ name }) => name)).toEqual(planned?.type === 'run-start' && planned.cells.map(({ id }) => id));
  expect(suites.reduce((sum, suite) => sum + Number(suite.tests), 0)).toBe(ends().length);
  expect(suites.reduce((sum, suite) => sum + Number(suite.skipped), 0)).toBe(
    ends().filter(({ status }) => status === 'skip').length,
  );
  const cases = other && 'testsuite' in other ? (other.testsuite ?? []).flatMap((suite) => suite.testcase ?? []) : [];
  expect(cases).toHaveLength(ends().length);
});

interface FastXml {
  readonly testsuites: {
    readonly testsuite: readonly { readonly name: string; readonly tests: string; readonly skipped: string }[];
  };
}
