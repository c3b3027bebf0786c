import { BOOT_TEST, PMEM_TEST } from '../model/cell.ts';
import type { PlannedTest } from '../model/cell.ts';
import { UserError } from '../model/errors.ts';
import type { FilesystemSpec, SuiteSpec } from '../model/matrix.ts';
import type { PmemDevice } from '../model/pmem.ts';
import type { SuitePlanContext } from '../model/suite.ts';
import { BOOT_SEC, CHECK_PMEM_SEC } from './estimate.ts';

/** The tests that a suite has on a topology and filesystem; throws UserError when that can never work. */
export type PlanSuite = (context: SuitePlanContext<SuiteSpec>) => readonly PlannedTest[];

const GUEST_TESTS: readonly PlannedTest[] = [
  { name: BOOT_TEST, estimateSec: BOOT_SEC },
  { name: PMEM_TEST, estimateSec: CHECK_PMEM_SEC },
];

/** All tests of a cell, or the reason why it can have none. */
export function planTests(context: SuitePlanContext<SuiteSpec>, planSuite: PlanSuite): readonly PlannedTest[] | UserError {
  const { pmem, filesystem } = context;
  if (wantsDax(filesystem) && !pmem.devices.some(canDax)) {
    return new UserError(`${filesystem.name} mounts with ${filesystem.mountOptions}, but no device of ${pmem.name} can do DAX`, {
      code: 'no-dax-device',
    });
  }
  try {
    return [...GUEST_TESTS, ...planSuite(context)];
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** `dax=inode` and `dax=never` mount on any device. */
function wantsDax({ mountOptions }: FilesystemSpec): boolean {
  return mountOptions.split(',').some((option) => option === 'dax' || option === 'dax=always');
}

/** Raw namespaces lack the struct pages that DAX needs, and a BTT can't map its blocks. */
function canDax(device: PmemDevice): boolean {
  return device.kind === 'virtio-pmem' || (device.kind !== 'virtio-blk' && device.namespace === 'fsdax');
}
