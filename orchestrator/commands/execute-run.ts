import { resolve } from 'node:path';
import { findQemu } from '../../guests/qemu/find-qemu.ts';
import { probeAccelerator } from '../../guests/qemu/accelerator.ts';
import { exitStatus } from '../../reports/exit-status.ts';
import { multiplexReporters } from '../../reports/multiplex.ts';
import type { RunSummary } from '../../reports/summary.ts';
import { createTerminalReporter } from '../../reports/terminal/create-reporter.ts';
import { writeReports } from '../../reports/write-reports.ts';
import { collectHostFacts } from '../host/facts.ts';
import { cacheDir, runsDir } from '../model/paths.ts';
import { checkDiskCapacity } from '../run/check-capacity.ts';
import { interruptSignal } from '../run/interrupt.ts';
import { createRunFolder } from '../run/run-folder.ts';
import { runMatrix } from '../run/run-matrix.ts';
import { VERSION } from '../version.ts';
import type { PlannedMatrix } from './load-plan.ts';

export interface ExecuteOptions {
  readonly retries: number;
  readonly jobs?: number;
  readonly runs?: string;
  readonly verbose: boolean;
}

/** What the run amounts to for whoever called: the exit status. */
type JudgeRun = (summary: RunSummary) => number;

/** Runs what was planned, reports it in the terminal and in files, and returns the exit status. For `rerun` see the event `run-start`. */
export async function executeRun({ matrix, plan }: PlannedMatrix, rerun: string, options: ExecuteOptions, judge: JudgeRun = exitStatus): Promise<number> {
  using interrupt = interruptSignal();
  const cache = cacheDir();
  const runs = resolve(options.runs ?? runsDir());
  const qemu = await findQemu(matrix.qemu === undefined ? {} : { explicit: matrix.qemu });
  const accelerator = await probeAccelerator({ qemu, cacheDir: cache });
  const host = await collectHostFacts({ cacheDir: cache, runsDir: runs });
  checkDiskCapacity(plan.cells, host.runs);

  const folder = await createRunFolder(runs, matrix.name);
  const reporter = multiplexReporters([createTerminalReporter({ stream: process.stdout, runDir: folder.dir })]);
  const failure = await runMatrix({
    matrix,
    plan,
    folder,
    version: VERSION,
    cacheDir: cache,
    qemu,
    accelerator,
    host,
    ...(options.jobs !== undefined && { jobs: options.jobs }),
    retries: options.retries,
    rerun,
    signal: interrupt,
    onEvent: (event) => reporter.onEvent(event),
    log: (line) => {
      if (options.verbose) process.stderr.write(`${line}\n`);
    },
  }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  // Also after a failure of the run as a whole: what was finished is worth reading.
  try {
    const summary = await writeReports(folder.dir);
    reporter.close(summary);
    if (!failure) return judge(summary);
  } catch (error) {
    // The first cause is the one to tell.
    if (!failure) throw error;
  }
  throw failure.error;
}
