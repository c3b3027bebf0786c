import { expect, test } from 'vitest';
import type { XfstestsRule } from '../../../matrices/suites/xfstests-list.ts';
import { EXT4_DAX } from '../testing/suite-context.ts';
import { findRule, forgiveKnown } from './rules.ts';

const SUBJECT = { filesystem: EXT4_DAX, device: 'virtio-pmem', kernelRelease: '6.1.0-50-amd64' } as const;
const rule = (conditions: Partial<XfstestsRule>): XfstestsRule => ({
  tests: ['generic/470'],
  action: 'known',
  reason: 'because',
  ...conditions,
});

test.each([
  [{}, true],
  [{ tests: ['generic/4*'] }, true],
  [{ tests: ['ext4/*'] }, false],
  [{ action: 'exclude' }, false],
  [{ kernels: '>=6.1 <6.2' }, true],
  [{ kernels: '>=6.2' }, false],
  [{ filesystems: ['xfs'] }, false],
  [{ devices: ['nvdimm', 'virtio-pmem'] }, true],
  [{ devices: ['nvdimm'] }, false],
  [{ dax: ['always'], filesystems: ['ext4'] }, true],
  [{ dax: ['never'] }, false],
] as const)('a rule with %j fits: %s', (conditions, fits) =>
  expect(findRule([rule(conditions)], 'known', 'generic/470', SUBJECT) !== undefined).toBe(fits),
);

test('a known failure is reported, with what it said, and fails nothing; a crash is never forgiven', () => {
  const known = rule({ link: 'https://example.org/1' });
  expect(forgiveKnown({ status: 'fail', message: 'output mismatch', evidence: 'diff' }, known)).toEqual({
    status: 'skip',
    forgiven: { by: 'list', reason: 'because' },
    message: 'known failure: because (https://example.org/1); it said: output mismatch',
    evidence: 'diff',
  });
  expect(forgiveKnown({ status: 'crash', message: 'panic' }, known)).toEqual({ status: 'crash', message: 'panic' });
  expect(forgiveKnown({ status: 'pass' }, known)).toEqual({ status: 'pass' });
});
