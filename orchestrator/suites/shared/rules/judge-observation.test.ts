import { expect, test } from 'vitest';
import type { RuleRow, RuleText } from '../../../model/rule-text.ts';
import { judgeObservation, type RulePlace } from './judge-observation.ts';

const PLACE: RulePlace = { kernelRelease: '6.12.9', device: 'virtio-pmem', caseName: 'ext4' };

const rule = (rows: readonly RuleRow[]): RuleText => ({
  id: 'map-sync',
  title: 'MAP_SYNC is refused',
  rule: 'What must hold.',
  source: 'a function',
  look: 'there',
  devices: ['virtio-pmem', 'nvdimm'],
  needs: [],
  rows,
  seconds: 1,
  mutations: [],
});

test('the first row that fits decides, by kernel, device and case', () => {
  const rows: readonly RuleRow[] = [
    { where: { kernels: '<6.12' }, sees: { result: 'old' }, because: 'old' },
    { where: { devices: ['nvdimm'] }, sees: { result: 'other device' }, because: 'device' },
    { where: { cases: ['xfs'] }, sees: { result: 'other case' }, because: 'case' },
    {
      where: { kernels: '>=6.12 <6.13', devices: ['virtio-pmem'], cases: ['ext4'] },
      sees: { result: 'new' },
      because: 'x',
    },
    { sees: { result: 'rest' }, because: 'rest' },
  ];
  expect(judgeObservation(rule(rows), { saw: { result: 'new' } }, PLACE)).toMatchObject({ status: 'pass' });
  expect(judgeObservation(rule(rows), { saw: { result: 'rest' } }, PLACE).status).toBe('fail');
  const elsewhere = { ...PLACE, kernelRelease: '6.13.0-rc1' };
  expect(judgeObservation(rule(rows), { saw: { result: 'rest' } }, elsewhere)).toMatchObject({ status: 'pass' });
});

test('a failure says what the rule was, what was seen, why the row expects otherwise, and where to look', () => {
  const rows = [{ sees: { result: 'EOPNOTSUPP', flushes: { atLeast: 1 } }, because: 'the region is asynchronous' }];
  expect(judgeObservation(rule(rows), { saw: { result: 'granted', flushes: 0 } }, PLACE)).toEqual({
    status: 'fail',
    message: 'MAP_SYNC is refused: result was granted, not EOPNOTSUPP; flushes was 0, not at least 1',
    evidence: [
      'saw:      result granted, flushes 0',
      'expected: result EOPNOTSUPP, flushes at least 1',
      'because:  the region is asynchronous',
      'rule:     What must hold.',
      'source:   a function',
      'look at:  there',
    ].join('\n'),
  });
});

test.each([
  [{ oneOf: ['ok', 0] }, 0, 'pass'],
  [{ oneOf: ['ok', 0] }, 'no', 'fail'],
  [{ atLeast: 2 }, 2, 'pass'],
  [{ atLeast: 2 }, '2', 'fail'],
  [{ atMost: 2 }, 3, 'fail'],
  [{ atMost: 2 }, 2, 'pass'],
  [true, 'true', 'fail'],
] as const)('%j expects of %j: %s', (expected, seen, status) => {
  const rows = [{ sees: { it: expected }, because: 'it is so' }];
  expect(judgeObservation(rule(rows), { saw: { it: seen } }, PLACE).status).toBe(status);
});

test('what no row names, what was not seen and a place without a row are failures', () => {
  const rows = [{ where: { devices: ['virtio-pmem'] as const }, sees: { a: 1 }, because: 'it is so' }];
  expect(judgeObservation(rule(rows), { saw: { a: 1, b: 2 } }, PLACE).message).toContain(
    'b was 2, of which the rule says nothing',
  );
  expect(judgeObservation(rule(rows), { saw: {} }, PLACE).message).toContain('a was not seen');
  expect(judgeObservation(rule(rows), { saw: { a: 1 } }, { ...PLACE, device: 'nvdimm' }).message).toBe(
    'no row of the rule says what to expect on nvdimm with Linux 6.12.9: saw a 1',
  );
});
