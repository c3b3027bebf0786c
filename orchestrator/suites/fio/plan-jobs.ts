import type { PlannedTest } from '../../model/cell.ts';
import { asksDax } from '../../model/dax-options.ts';
import { UserError } from '../../model/errors.ts';
import type { FioSuiteSpec } from '../../../matrices/suites/fio.ts';
import { plannedMode } from '../../model/pmem.ts';
import { formatSize } from '../../model/size.ts';
import type { SuitePlanContext } from '../../model/suite.ts';
import { isMounted } from '../shared/mkfs-command.ts';
import { type FioJob, readFioJob } from './job-file.ts';
import { placeJob } from './place-job.ts';

/** Starting fio, proving DAX, fetching the results. */
const OVERHEAD_SEC = 2;
/** What TCG writes, reads and checks of a verify job per second; measured 12 to 30. */
const VERIFY_BYTES_PER_SEC = 12 * 2 ** 20;

/**
 * The suite's tests, `fio/<job>`. Throws UserError for a job that no kernel could run in such a cell. If the matrix
 * names no jobs, such jobs are left out, and it throws where all are.
 */
export function planFioJobs(context: SuitePlanContext<FioSuiteSpec>): readonly PlannedTest[] {
  const { spec } = context;
  if (!spec.fitting) return spec.jobs.map((name) => planJob(name, context));
  const refusals: UserError[] = [];
  const tests = spec.jobs.flatMap((name) => {
    try {
      return [planJob(name, context)];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusals.push(error);
      return [];
    }
  });
  const [refusal] = refusals;
  if (tests.length === 0 && refusal) {
    throw new UserError(`none of the fio jobs can run here, for one: ${refusal.message}`, {
      code: 'no-fitting-job',
      cause: refusal,
    });
  }
  return tests;
}

function planJob(name: string, context: SuitePlanContext<FioSuiteSpec>): PlannedTest {
  const { spec } = context;
  const job = readFioJob(name);
  checkPlace(job, context);
  return {
    name: `${spec.name}/${name}`,
    estimateSec: Math.ceil(spec.runtimeSec + OVERHEAD_SEC + fillSec(job, spec, VERIFY_BYTES_PER_SEC)),
  };
}

/** Seconds a verify job takes before its time-based part. */
export function fillSec(job: FioJob, { sizeBytes }: FioSuiteSpec, bytesPerSec: number): number {
  return job.verifies ? sizeBytes / bytesPerSec : 0;
}

function checkPlace(job: FioJob, { spec, pmem, filesystem }: SuitePlanContext<FioSuiteSpec>): void {
  const modes = pmem.devices.map(plannedMode);
  const where = `on ${pmem.name} with ${filesystem.name}`;
  const refuse = (why: string, remedy: string): never => {
    throw new UserError(`fio job ${job.name} cannot run ${where}: ${why}`, { code: 'fio-job-misplaced', remedy });
  };

  if (job.needs === 'fs' || job.needs === 'fs-dax') {
    if (!isMounted(filesystem))
      refuse(
        'it needs a file, and the cell has no file system',
        'give the suite a filesystem of type ext4 or xfs, or exclude the combination',
      );
    if (job.needs === 'fs-dax' && !asksDax(filesystem)) {
      refuse(
        `it needs DAX, and ${filesystem.name} is mounted without it`,
        'mount with dax=always, or exclude the combination',
      );
    }
    if ((job.needs === 'fs-dax' || asksDax(filesystem)) && !modes.some((mode) => mode === 'fsdax' || mode === 'raw')) {
      refuse(
        `it needs DAX, and ${pmem.name} has only ${modes.join(', ')} devices`,
        'use nvdimm or e820 with namespace: fsdax, or virtio-pmem',
      );
    }
  }
  const index = placeJob(job.needs, modes, filesystem);
  const device = pmem.devices[index];
  if (!device) {
    switch (job.needs) {
      case 'devdax':
        return refuse(
          'it needs a device-DAX node',
          'give the topology a device with namespace: devdax, or exclude the combination',
        );
      case 'block':
        return refuse(
          isMounted(filesystem)
            ? `it overwrites a block device, and the only one carries ${filesystem.name}`
            : 'it needs a block device',
          isMounted(filesystem)
            ? 'run block jobs with a filesystem of type none, or add a second device'
            : 'give the topology a device that is not devdax',
        );
      case 'fs':
      case 'fs-dax':
        return refuse('a file system needs a block device', 'give the topology a device that is not devdax');
      default:
        return job.needs satisfies never;
    }
  }
  if (spec.sizeBytes > device.sizeBytes) {
    refuse(
      `its size ${formatSize(spec.sizeBytes)} exceeds the device's ${formatSize(device.sizeBytes)}`,
      `lower size: of suite ${spec.name}`,
    );
  }
}
