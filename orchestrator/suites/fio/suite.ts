import type { FioSuiteSpec } from '../../../matrices/suites/fio.ts';
import type { Suite, SuiteContext, SuiteSession } from '../../model/suite.ts';
import { isMounted } from '../shared/mkfs-command.ts';
import { mountFilesystem } from '../shared/mount-filesystem.ts';
import { setUpStep } from '../shared/set-up-step.ts';
import { listFioJobs, readFioJob } from './job-file.ts';
import { fioInOnce } from './once.ts';
import { fillSec, planFioJobs } from './plan-jobs.ts';
import { runFioJob, WORK_DIR } from './run-job.ts';

/** What a test may take beyond its runtime before it counts as hung, unscaled. */
const MARGIN_SEC = 60;
/** The slowest that filling and checking may be, unscaled: virtio-pmem flushes through the host's disk. */
const SLOWEST_BYTES_PER_SEC = 2 * 2 ** 20;

/** fio jobs from `jobs/`, one test each: load, latency and checksums over one access path. */
export const fioSuite: Suite<FioSuiteSpec> = {
  kind: 'fio',
  needsFreshGuest: false,
  splittable: true,
  offers: listFioJobs,
  // QEMU counts the instructions of a single vCPU alone.
  guestFor: ({ measure }, guest) =>
    measure === 'instructions' ? { ...guest, cpus: 1, countInstructions: true } : guest,
  untestedAs: 'fio',
  once: fioInOnce,
  plan: planFioJobs,
  open: openFio,
};

async function openFio(context: SuiteContext<FioSuiteSpec>): Promise<SuiteSession> {
  const { spec, cell } = context;
  const jobs = new Map(spec.jobs.map((name) => [`${spec.name}/${name}`, readFioJob(name)]));
  const findJob = (test: string) => {
    const job = jobs.get(test);
    if (!job) throw new Error(`suite ${spec.name} planned no test ${test}`);
    return job;
  };

  await setUpStep(context, ['fio', '--version']);
  await setUpStep(context, ['mkdir', '-p', WORK_DIR]);
  const missing = await findMissingEngines(context, new Set([...jobs.values()].flatMap(({ engines }) => engines)));
  const wantsFile = [...jobs.values()].some(({ needs }) => needs === 'fs' || needs === 'fs-dax');
  const mount = wantsFile && isMounted(cell.filesystem) ? await mountFilesystem(context, cell.filesystem) : undefined;

  return {
    testTimeoutMs: ({ name }) =>
      (spec.runtimeSec + MARGIN_SEC + fillSec(findJob(name), spec, SLOWEST_BYTES_PER_SEC)) * 1000,
    async run({ name }, attempt) {
      const job = findJob(name);
      const reason = job.engines.map((engine) => missing.get(engine)).find((words) => words !== undefined);
      if (reason !== undefined) return { status: 'skip', message: `the guest's fio lacks the engine: ${reason}` };
      return runFioJob({ context, mount, job, attempt });
    },
    async close() {
      await mount?.unmount();
      await context.guest.exec(['rm', '-rf', WORK_DIR]);
    },
  };
}

/** Engine → fio's own words. Its exit status is no help: it is 1, too, for an engine without options. */
async function findMissingEngines(
  context: SuiteContext<FioSuiteSpec>,
  engines: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const output = await setUpStep(context, [
    'sh',
    '-c',
    'for engine; do fio --enghelp="$engine" 2>&1; done; true',
    'sh',
    ...engines,
  ]);
  return new Map([...output.matchAll(/^IO engine (\S+) not found$/gm)].map(([line, engine = '']) => [engine, line]));
}
