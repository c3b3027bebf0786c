import { KNOWN_FAILURE } from '../../model/forgiven.ts';
import { globMatcher } from '../../model/globs.ts';
import { isInRange } from '../../model/kernel-range.ts';
import type { FilesystemSpec } from '../../model/matrix.ts';
import type { PmemDevice } from '../../model/pmem.ts';
import type { XfstestsRule } from '../../../matrices/suites/xfstests-list.ts';
import type { TestResult } from '../../model/outcome.ts';
import { daxModeOf } from './dax-mode.ts';

/** What the conditions of rules are about. */
export interface RuleSubject {
  readonly filesystem: FilesystemSpec;
  /** Carries TEST. */
  readonly device: PmemDevice['kind'];
  readonly kernelRelease: string;
}

/** The first rule of that action that fits the test, `generic/470`. */
export function findRule(
  rules: readonly XfstestsRule[],
  action: XfstestsRule['action'],
  name: string,
  { filesystem, device, kernelRelease }: RuleSubject,
): XfstestsRule | undefined {
  return rules.find(
    (rule) =>
      rule.action === action &&
      globMatcher(rule.tests)(name) &&
      (rule.kernels === undefined || isInRange(kernelRelease, rule.kernels)) &&
      (rule.filesystems?.includes(filesystem.type) ?? true) &&
      (rule.devices?.includes(device) ?? true) &&
      (rule.dax?.includes(daxModeOf(filesystem)) ?? true),
  );
}

/** A failure that a list knows fails nothing any more, yet stays with all that it said; anything else is as it was. */
export function forgiveKnown(result: TestResult, rule: XfstestsRule | undefined): TestResult {
  if (!rule || result.status !== 'fail') return result;
  return {
    ...result,
    status: 'skip',
    forgiven: { by: 'list', reason: rule.reason },
    message: `${KNOWN_FAILURE}: ${describeRule(rule)}; it said: ${result.message ?? 'nothing'}`,
  };
}

export function describeRule({ reason, link }: XfstestsRule): string {
  return link === undefined ? reason : `${reason} (${link})`;
}
