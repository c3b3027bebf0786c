import { BOOT_TEST, CLOSE_TEST, PMEM_TEST } from '../model/cell.ts';
import type { PlannedTest } from '../model/cell.ts';
import { UserError } from '../model/errors.ts';
import { needsDax } from '../model/dax-options.ts';
import type { SuiteSpec } from '../model/matrix.ts';
import { plannedMode, type PmemDevice } from '../model/pmem.ts';
import { formatSize } from '../model/size.ts';
import type { Suite, SuitePlanContext } from '../model/suite.ts';
import { BOOT_SEC, CHECK_PMEM_SEC, CLOSE_SEC } from './estimate.ts';

/** What a plan asks of the suite that runs a spec. */
export type PlannedSuite = Pick<Suite, 'plan' | 'guestFor' | 'ignoresFilesystem'>;

const BEFORE: readonly PlannedTest[] = [
  { name: BOOT_TEST, estimateSec: BOOT_SEC },
  { name: PMEM_TEST, estimateSec: CHECK_PMEM_SEC },
];
const AFTER: readonly PlannedTest[] = [{ name: CLOSE_TEST, estimateSec: CLOSE_SEC }];

/** All tests of a cell, or the reason why it cannot have tests. */
export function planTests(
  context: SuitePlanContext<SuiteSpec>,
  suite: PlannedSuite,
): readonly PlannedTest[] | UserError {
  const { pmem, filesystem } = context;
  if (needsDax(filesystem) && !pmem.devices.some(canDax)) {
    return new UserError(
      `${filesystem.name} mounts with ${filesystem.mountOptions}, but no device of ${pmem.name} can do DAX`,
      {
        code: 'no-dax-device',
      },
    );
  }
  const homeless = suite.ignoresFilesystem ? undefined : whyNoFilesystem(context);
  if (homeless !== undefined)
    return new UserError(homeless, {
      code: 'filesystem-misplaced',
      remedy: 'give the topology a device that can hold it, or leave the filesystem out',
    });
  try {
    return [...BEFORE, ...suite.plan(context), ...AFTER];
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** As mkfs.xfs wants it, unless it has other options. */
const MIN_XFS_BYTES = 300 * 2 ** 20;

/**
 * Why no device of the topology can hold the file system, as far as that is known before mkfs; `undefined` if one may.
 */
function whyNoFilesystem({ pmem, filesystem }: SuitePlanContext<SuiteSpec>): string | undefined {
  if (filesystem.type === 'none') return undefined;
  const blocks = pmem.devices.filter((device) => !('namespace' in device) || device.namespace !== 'devdax');
  if (blocks.length === 0)
    return `${filesystem.name} needs a block device, and ${pmem.name} has device-DAX nodes alone`;
  const candidates = needsDax(filesystem) ? blocks.filter(canDax) : blocks;
  const isTooSmall =
    filesystem.type === 'xfs' &&
    !filesystem.mkfsOptions.includes('--unsupported') &&
    candidates.length > 0 &&
    candidates.every(({ sizeBytes }) => sizeBytes < MIN_XFS_BYTES);
  return isTooSmall
    ? `${filesystem.name} needs 300M, as mkfs.xfs makes nothing smaller, ` +
        `and ${pmem.name} has devices of ${formatSize(Math.max(...candidates.map(({ sizeBytes }) => sizeBytes)))}`
    : undefined;
}

/** That a raw namespace can't is for the guest to show, in the kernel's own words: no rule of the format forbids it. */
function canDax(device: PmemDevice): boolean {
  return ['fsdax', 'raw'].includes(plannedMode(device));
}
