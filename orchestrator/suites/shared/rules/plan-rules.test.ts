import { expect, test } from 'vitest';
import { SuiteAbsentError } from '../../../model/errors.ts';
import type { PmemDevice } from '../../../model/pmem.ts';
import type { RuleText } from '../../../model/rule-text.ts';
import { planRules, readRuleTest } from './plan-rules.ts';

const rule = (id: string, more: Partial<RuleText> = {}): RuleText => ({
  id,
  title: id,
  rule: '',
  source: '',
  look: '',
  devices: ['virtio-pmem', 'nvdimm'],
  needs: [],
  rows: [],
  seconds: 3,
  mutations: [],
  ...more,
});
const RULES = [
  rule('sync', { cases: ['ext4', 'xfs'], quick: ['ext4'] }),
  rule('two', { deviceCount: 2, quick: true }),
  rule('whole', {}),
];
const VIRTIO: PmemDevice = { kind: 'virtio-pmem', sizeBytes: 2 ** 28 };
const plan = (choice: object, devices: readonly PmemDevice[] = [VIRTIO]) =>
  planRules({ name: 'flush', rules: RULES.map(({ id }) => id), ...choice }, RULES, { name: 'mine', devices }).map(
    ({ name }) => name,
  );

test('a cell tests the rules that its topology allows, case by case', () => {
  expect(plan({ fitting: true })).toEqual(['flush/sync/ext4', 'flush/sync/xfs', 'flush/whole']);
  expect(plan({ fitting: true }, [VIRTIO, VIRTIO])).toContain('flush/two');
});

test('a quick suite has only what each rule calls its quick part', () => {
  expect(plan({ fitting: true, quick: true }, [VIRTIO, VIRTIO])).toEqual(['flush/sync/ext4', 'flush/two']);
});

test.each([
  [{ rules: ['two'] }, [VIRTIO], 'it takes 2 devices'],
  [{ rules: ['whole'] }, [{ kind: 'virtio-blk', sizeBytes: 2 ** 28 }], 'the first device is virtio-blk'],
  [
    { rules: ['whole'] },
    [{ kind: 'nvdimm', sizeBytes: 2 ** 28, namespace: 'raw', labelSizeBytes: 0 }],
    'its first device is to be raw',
  ],
] as const)('%j on %j is refused', (choice, devices, words) => {
  expect(() => plan(choice, devices)).toThrowError(
    expect.objectContaining({ name: 'UserError', message: expect.stringContaining(words) as string }),
  );
});

test('a cell in which no rule can be tested is left out, not refused', () => {
  expect(() => plan({ fitting: true }, [{ kind: 'virtio-blk', sizeBytes: 2 ** 28 }])).toThrow(SuiteAbsentError);
});

test("a test's name leads back to its rule and case, whatever its suite is called", () => {
  expect(readRuleTest(RULES, 'mine/sync/ext4')).toMatchObject({ rule: { id: 'sync' }, caseName: 'ext4' });
  expect(readRuleTest(RULES, 'mine/whole')).toMatchObject({ rule: { id: 'whole' }, caseName: '' });
});
