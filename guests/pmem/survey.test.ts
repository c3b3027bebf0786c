import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeCreateScript } from './create-namespaces.ts';
import { parseNdctlList } from './ndctl.ts';
import { composeSurveyScript, parseSurvey } from './survey.ts';

test('scripts are plain sh, and a host without pmem gives a readable survey', () => {
  const create = composeCreateScript([{ region: 'region0', namespace: 'namespace0.0', mode: 'fsdax' }]);
  for (const script of [composeSurveyScript(), create]) execFileSync('/bin/sh', ['-n'], { input: script });
  const survey = parseSurvey(execFileSync('/bin/sh', ['-c', composeSurveyScript()], { encoding: 'utf8' }));
  expect([...survey.drivers.keys()]).toEqual(['nfit', 'virtio_pmem', 'nd_e820', 'virtio_blk', 'nd_pmem']);
});

test('what ndctl refused is kept by namespace', () => {
  const survey = parseSurvey(
    'failed namespace6.0 Error: create namespace: region6: align setting is 0x1000000 size 0x10200000 is misaligned\n',
  );
  expect([...survey.failures]).toEqual([
    ['namespace6.0', 'Error: create namespace: region6: align setting is 0x1000000 size 0x10200000 is misaligned'],
  ]);
});

test('without ndctl in the image that is known', () => {
  expect(parseSurvey('region region0 0x100 4096\n')).toMatchObject({
    hasNdctl: false,
    regions: [{ name: 'region0', address: 256, sizeBytes: 4096, namespace: undefined }],
  });
  expect(parseSurvey('--- ndctl\n').hasNdctl).toBe(true);
});

test('a namespace is reshaped with its page structs in memory, after its region takes steps of 2 MiB', () => {
  const script = composeCreateScript([
    { region: 'region3', namespace: 'namespace3.0', mode: 'devdax' },
    { region: 'region4', namespace: 'namespace4.0', mode: 'sector' },
  ]);
  expect(script).toContain('echo 2097152 > /sys/bus/nd/devices/region3/align');
  expect(script).toContain('ndctl create-namespace -f -e namespace3.0 -m devdax -M mem 2>&1');
  expect(script).toContain('ndctl create-namespace -f -e namespace4.0 -m sector 2>&1');
});

// ndctl 76, after a labelled NVDIMM was reshaped.
const labelled = `{ "regions":[ { "dev":"region1", "size":270532608, "align":2097152, "available_size":0, "max_available_extent":0, "type":"pmem",
  "iset_id":52512752653219036, "persistence_domain":"unknown", "namespaces":[
  { "dev":"namespace1.1", "mode":"raw", "size":0, "uuid":"00000000-0000-0000-0000-000000000000", "sector_size":512, "state":"disabled" },
  { "dev":"namespace1.0", "mode":"sector", "size":269189120, "uuid":"d6a05ab5-8523-4915-9e53-230590c47b12", "sector_size":4096, "blockdev":"pmem1s" } ] } ] }`;

test('the empty seed of a labelled region is not its namespace', () => {
  expect(parseNdctlList(labelled).namespaces.get('region1')).toMatchObject({ dev: 'namespace1.0' });
});

const listOf = (...namespaces: readonly object[]): string =>
  JSON.stringify([{ dev: 'region0', size: 4096, namespaces }]);
const filling = (...namespaces: readonly object[]) => parseNdctlList(listOf(...namespaces)).namespaces.get('region0');

test('a namespace that its driver refused is still the one to blame', () => {
  expect(filling({ dev: 'namespace2.0', mode: 'fsdax', size: 4096, state: 'disabled' })).toMatchObject({
    dev: 'namespace2.0',
  });
  expect(filling()).toBeUndefined();
});

const good = { dev: 'namespace0.0', mode: 'fsdax', size: 4096, blockdev: 'pmem0' };

// From ndctl before 60, from namespaces that are being made, and what another version may come to write.
test.each<[string, object, string]>([
  [
    'a mode of an older ndctl',
    { ...good, mode: 'memory' },
    'namespace0.0: mode is "memory": expected one of "raw"|"fsdax"|"devdax"|"sector"',
  ],
  ['another', { ...good, mode: 'dax' }, 'namespace0.0: mode is "dax": expected one of "raw"|"fsdax"|"devdax"|"sector"'],
  [
    'no mode',
    { dev: 'namespace0.0', size: 4096 },
    'namespace0.0: mode is not there: expected one of "raw"|"fsdax"|"devdax"|"sector"',
  ],
  [
    'no size',
    { dev: 'namespace0.0', mode: 'sector', blockdev: 'pmem0s' },
    'namespace0.0: size is not there: expected number',
  ],
  ['a size for people', { ...good, size: '4.00 KiB' }, 'namespace0.0: size is "4.00 KiB": expected number'],
  ['no name', { mode: 'fsdax', size: 4096 }, 'a namespace: dev is not there: expected string'],
])('%s is a problem of its own region, and the others stand', (_, odd, unread) => {
  const { namespaces, strays } = parseNdctlList(
    JSON.stringify({
      regions: [
        { dev: 'region0', namespaces: [odd] },
        { dev: 'region1', namespaces: [good] },
      ],
    }),
  );
  expect(namespaces.get('region0')).toEqual({ unread });
  expect(namespaces.get('region1')).toEqual(good);
  expect(strays).toEqual([]);
});

test('beside a namespace that fills its region an odd one is no matter, and an empty odd one never is', () => {
  expect(filling(good, { dev: 'namespace0.1', size: 4096 })).toEqual(good);
  expect(filling({ dev: 'namespace0.1', size: 0 })).toBeUndefined();
});

test('an odd region is its own problem; one without a name may be that of any', () => {
  const { namespaces, strays } = parseNdctlList(
    JSON.stringify([
      { dev: 'region0', namespaces: 'none' },
      { dev: 1 },
      'region2',
      { dev: 'region3', namespaces: [good] },
    ]),
  );
  expect([...namespaces]).toEqual([
    ['region3', good],
    ['region0', { unread: 'region0: namespaces is "none": expected array' }],
  ]);
  expect(strays).toEqual(['dev is 1: expected string', 'it is "region2": expected object']);
});

test.each([
  ['', 0],
  ['[]', 0],
  ['[{"dev":"region0","size":4096}]', 0],
  [listOf(good), 1],
])('ndctl printed %j', (text, count) => expect(parseNdctlList(text).namespaces.size).toBe(count));

test('any list with one damaged entry gives all the others', () => {
  const entry = fc.record({ dev: fc.nat().map((n) => `region${n}`), namespaces: fc.constant([good]) });
  fc.assert(
    fc.property(
      fc.uniqueArray(entry, { selector: ({ dev }) => dev }),
      fc.jsonValue(),
      fc.nat(),
      (regions, junk, at) => {
        const list: unknown[] = regions.toSpliced(at % (regions.length + 1), 0, {
          dev: 'odd',
          namespaces: junk,
        } as never);
        const { namespaces } = parseNdctlList(JSON.stringify(list));
        for (const { dev } of regions) expect(namespaces.get(dev)).toEqual(good);
      },
    ),
  );
});

test('what is no list is refused', () => {
  expect(() => parseNdctlList('{"regions":1}')).toThrow('it is {"regions":1}: expected a list of regions');
  expect(() => parseNdctlList('Error: no bus')).toThrow('JSON');
});
