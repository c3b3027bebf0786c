import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { composeCreateScript } from './create-namespaces.ts';
import { parseNdctlList, pickNamespace } from './ndctl.ts';
import { composeSurveyScript, parseSurvey } from './survey.ts';

test('scripts are plain sh, and a host without pmem gives a readable survey', () => {
  const create = composeCreateScript([{ region: 'region0', namespace: 'namespace0.0', mode: 'fsdax' }]);
  for (const script of [composeSurveyScript(), create]) execFileSync('/bin/sh', ['-n'], { input: script });
  const survey = parseSurvey(execFileSync('/bin/sh', ['-c', composeSurveyScript()], { encoding: 'utf8' }));
  expect([...survey.drivers.keys()]).toEqual(['nfit', 'virtio_pmem', 'nd_e820', 'virtio_blk', 'nd_pmem']);
});

test('what ndctl refused is kept by namespace', () => {
  const survey = parseSurvey('failed namespace6.0 Error: create namespace: region6: align setting is 0x1000000 size 0x10200000 is misaligned\n');
  expect([...survey.failures]).toEqual([['namespace6.0', 'Error: create namespace: region6: align setting is 0x1000000 size 0x10200000 is misaligned']]);
});

test('without ndctl in the image that is known', () => {
  expect(parseSurvey('region region0 0x100 4096\n')).toMatchObject({ hasNdctl: false, regions: [{ name: 'region0', address: 256, sizeBytes: 4096, namespace: undefined }] });
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
  const [region] = parseNdctlList(labelled);
  expect(pickNamespace(region?.namespaces ?? [])?.dev).toBe('namespace1.0');
});

test('a namespace that its driver refused is still the one to blame', () => {
  expect(pickNamespace([{ dev: 'namespace2.0', mode: 'fsdax', size: 4096, state: 'disabled' }])?.dev).toBe('namespace2.0');
  expect(pickNamespace([])).toBeUndefined();
});

test.each([
  ['', 0],
  ['[]', 0],
  ['[{"dev":"region0","size":4096}]', 1],
])('ndctl printed %j', (text, count) => expect(parseNdctlList(text)).toHaveLength(count));

test('what is no list is refused', () => {
  expect(() => parseNdctlList('{"regions":[{"dev":1}]}')).toThrow('expected string');
  expect(() => parseNdctlList('Error: no bus')).toThrow('JSON');
});
