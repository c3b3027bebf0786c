import { traitsOf } from '../../model/device-kinds.ts';
import { readFile } from 'node:fs/promises';
import type { FioSuiteSpec } from '../../../matrices/suites/fio.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { GuestDevice } from '../../model/pmem.ts';
import { formatSize } from '../../model/size.ts';
import type { SuiteContext } from '../../model/suite.ts';
import type { Mount } from '../shared/mount-filesystem.ts';
import { proveDax } from '../shared/prove-dax.ts';
import type { FioJob } from './job-file.ts';
import { judgeFio } from './judge.ts';
import { placeJob } from './place-job.ts';
import { present } from '../../model/present.ts';

/** In the guest, on tmpfs: results must not land on the device under test. */
export const WORK_DIR = '/run/pmemrig/fio';

/** Where a job's I/O goes. */
interface Target {
  readonly path: string;
  readonly device: GuestDevice;
  readonly roomBytes: number;
}

export interface JobRun {
  readonly context: SuiteContext<FioSuiteSpec>;
  readonly mount: Mount | undefined;
  readonly job: FioJob;
  readonly attempt: number;
}

/** Runs one job to its end and judges it; its JSON and messages become artifacts. */
export async function runFioJob({ context, mount, job, attempt }: JobRun): Promise<TestResult> {
  const { guest, spec } = context;
  const target = findTarget(context, mount, job);
  if (!target)
    return {
      status: 'fail',
      message: `the guest has no device for a ${job.needs} job`,
      evidence: JSON.stringify(guest.devices),
    };
  // fio itself quietly stays within a block device, and dies of SIGBUS past the end of a mapping.
  if (spec.sizeBytes > target.roomBytes) {
    return {
      status: 'fail',
      message:
        `the suite's size ${formatSize(spec.sizeBytes)} does not fit: ` +
        `${target.device.path} has room for ${target.roomBytes} bytes`,
    };
  }
  // Those of earlier jobs, too: together they would fill a small device.
  if (mount && target.path.startsWith(mount.path))
    await guest.exec(['find', mount.path, '-maxdepth', '1', '-type', 'f', '-delete']);
  if (job.needs === 'fs-dax') {
    const dax = await proveDax(context, target.path);
    if (!dax.active) return { status: dax.status, message: dax.message, evidence: dax.evidence };
  }
  return execFio({ context, job, attempt, target });
}

async function execFio({
  context,
  job,
  attempt,
  target,
}: Pick<JobRun, 'context' | 'job' | 'attempt'> & { readonly target: Target }): Promise<TestResult> {
  const { guest, spec, artifacts } = context;
  const jobFile = `${WORK_DIR}/${job.name}.fio`;
  const remoteOutput = `${WORK_DIR}/${job.name}.json`;
  await guest.write(jobFile, job.text);
  await guest.exec(['rm', '-f', remoteOutput]);
  // No deadline of its own: past the test's, the worker takes the kernel's stacks while fio still hangs.
  const exit = await guest.exec(['fio', '--output-format=json', `--output=${remoteOutput}`, jobFile], {
    cwd: WORK_DIR,
    env: {
      PMEMRIG_FILE: target.path,
      PMEMRIG_SIZE: String(spec.sizeBytes),
      PMEMRIG_RUNTIME: formatRuntime(spec.runtimeSec),
    },
  });

  const kept = [await artifacts.put(`${job.name}.${attempt}.stderr`, exit.stderr)];
  let output = '';
  if ((await guest.exec(['test', '-e', remoteOutput])).exitCode === 0) {
    const received = await artifacts.receive(`${job.name}.${attempt}.json`, async (path) => {
      await guest.download(remoteOutput, path);
      return readFile(path, 'utf8');
    });
    if (received) kept.push(received.artifact);
    output = received?.value ?? '';
  }
  const result = judgeFio({
    exit,
    output,
    mapSyncRefused: job.mapSync && !traitsOf(target.device).grantsMapSync,
    ...present({ measure: spec.measure }),
  });
  return { ...result, artifacts: kept };
}

/** In whole milliseconds: of `2.5` fio reads `2`, and `0.5` it refuses with exit status 0 (3.33 to 3.41). */
function formatRuntime(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}

function findTarget(
  { guest, cell }: SuiteContext<FioSuiteSpec>,
  mount: Mount | undefined,
  { name, needs }: FioJob,
): Target | undefined {
  if (needs === 'fs' || needs === 'fs-dax') {
    return mount && { path: `${mount.path}/${name}`, device: mount.device, roomBytes: mount.availableBytes };
  }
  const device =
    guest.devices[
      placeJob(
        needs,
        guest.devices.map(({ mode }) => mode),
        cell.filesystem,
      )
    ];
  return device && { path: device.path, device, roomBytes: device.sizeBytes };
}
