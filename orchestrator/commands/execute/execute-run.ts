import { resolve } from 'node:path';
import { findQemu } from '../../../guests/qemu/find-qemu.ts';
import { probeAccelerator, requireTcg } from '../../../guests/qemu/accelerator.ts';
import { exitStatus } from '../../../reports/facts/exit-status.ts';
import type { RunFold } from '../../../reports/fold/fold.ts';
import { multiplexReporters } from '../../../reports/formats/multiplex.ts';
import { summarizeRun } from '../../../reports/fold/summarize-run.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { createTerminalReporter } from '../../../reports/formats/terminal/create-reporter.ts';
import { removeComparison, writeComparison } from '../../../reports/verdicts/comparison-file.ts';
import { writeReports } from '../../../reports/write-reports.ts';
import { collectHostFacts } from '../../host/facts.ts';
import { InfraError, UserError } from '../../model/errors.ts';
import { JOURNAL_VERSION, type JournalEvent } from '../../model/event.ts';
import { ownFolders } from '../../model/own-folders.ts';
import { cacheDir, runsDir } from '../../model/paths.ts';
import { checkCache, checkDiskCapacity, checkMemoryCapacity } from '../../run/prepare/check-capacity.ts';
import { claimRun } from '../../run/record/claim-run.ts';
import { discardRun } from '../../run/record/discard-run.ts';
import { describeLongRun } from '../../run/prepare/describe-long-run.ts';
import { interruptSignal } from '../../run/interrupt.ts';
import type { ResumedRun } from '../../run/resume/resume-run.ts';
import { createRunFolder, type RunFolder } from '../../run/record/run-folder.ts';
import { runMatrix } from '../../run/run-matrix.ts';
import { readUsualDurations, refineEstimates } from '../../run/prepare/usual-durations.ts';
import { needsFreshGuest } from '../../suites/registry.ts';
import { VERSION } from '../../version.ts';
import { GuestKeeper } from '../../run/attempt/keep-guest.ts';
import { findIdleKnown } from '../../run/kernel/idle-known.ts';
import { announceOnGithub } from '../publish/announce-github.ts';
import { judgeAgainst } from '../judge/baseline.ts';
import { compareWith } from '../judge/compare-with.ts';
import { holdGuest } from './hold-guest.ts';
import type { ExecuteOptions } from '../plan/execute-options.ts';
import type { PlannedMatrix } from '../plan/load-plan.ts';
import { logLine } from '../../host/log-line.ts';
import { readPast } from '../judge/read-past.ts';
import type { RunExtras } from '../judge/run-extras.ts';
import { tellAndPublish } from '../publish/tell-and-publish.ts';

/**
 * Runs what was planned, reports it in the terminal and in files, and returns the exit status. For `rerun` see the
 * event `run-start`.
 */
export async function executeRun(
  { matrix, plan }: PlannedMatrix,
  rerun: string,
  options: ExecuteOptions,
  extras: RunExtras = {},
): Promise<number> {
  const runs = resolve(options.runs ?? runsDir());
  const begin = async (): Promise<RunFolder> => {
    const folder = await createRunFolder(runs, matrix.name);
    await claimRun(folder.dir, verboseLog(options));
    return folder;
  };
  return carryOut(
    {
      matrix,
      plan,
      rerun,
      runs,
      begin,
      retries: options.retries ?? 0,
      split: options.split ?? 1,
      repeat: options.repeat ?? 1,
      ...extras,
    },
    options,
  );
}

/** What is to be run, and where. */
interface Task extends PlannedMatrix, RunExtras {
  readonly rerun: string;
  readonly retries: number;
  readonly split: number;
  readonly repeat: number;
  readonly runs: string;
  /** Called once the host is known to hold the run. */
  readonly begin: () => Promise<RunFolder>;
  readonly resumed?: ResumedRun;
  /** What is known already of a run that goes on. */
  readonly fold?: RunFold;
}

/** As {@link executeRun}, for a run that may have been begun already. */
export async function carryOut(
  {
    runs,
    begin,
    fold,
    baseDir,
    whole = false,
    publish,
    compare,
    tell,
    terminal = process.stdout,
    judge = exitStatus,
    ...task
  }: Task,
  options: ExecuteOptions,
): Promise<number> {
  using interrupt = interruptSignal();
  const cache = cacheDir();
  const qemu = await findQemu(task.matrix.qemu === undefined ? {} : { explicit: task.matrix.qemu });
  const accelerator = await probeAccelerator({ qemu, cacheDir: cache });
  if (task.plan.cells.some(({ guest }) => guest.countInstructions))
    await requireTcg(accelerator, { qemu, cacheDir: cache });
  const host = await collectHostFacts({ cacheDir: cache, runsDir: runs });
  checkMemoryCapacity(task.plan.cells, host);
  checkCache(host.cache, ownFolders()[0].variable);
  checkDiskCapacity(task.plan.cells, host.runs);
  const usual = await readUsualDurations(runs, accelerator);
  const plan = refineEstimates(task.plan, usual);
  // Whoever goes on with a run has seen how long it takes.
  const long = task.resumed
    ? undefined
    : describeLongRun(
        {
          cells: plan.cells,
          repeat: task.repeat,
          split: task.split,
          cores: host.cores,
          ...(options.jobs !== undefined && { jobs: options.jobs }),
        },
        needsFreshGuest,
      );
  if (long !== undefined) logLine(`warning: ${long}`);

  const folder = await begin();
  await using keeper = options.keepGuest === true ? new GuestKeeper(folder.dir, logLine) : undefined;
  const reporter = multiplexReporters([
    createTerminalReporter({ stream: terminal, runDir: folder.dir, ...(fold && { fold }) }),
  ]);
  let began = task.resumed !== undefined;
  const failure = await runMatrix({
    ...task,
    plan,
    usual,
    folder,
    version: VERSION,
    cacheDir: cache,
    qemu,
    accelerator,
    host,
    ...(options.jobs !== undefined && { jobs: options.jobs }),
    ...(keeper && { keeper }),
    signal: interrupt,
    onEvent: (event) => {
      began ||= event.type === 'cell-start';
      reporter.onEvent(event);
    },
    log: verboseLog(options),
  }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (failure?.error instanceof UserError && !began) {
    // An error in the input leaves no run: nothing ran that could be resumed.
    reporter.close();
    await discardRun(folder.dir, logLine);
    throw failure.error;
  }
  // Also after a failure of the run as a whole: what was finished is worth reading.
  try {
    const judged =
      compare ?? (baseDir === undefined ? undefined : async (now: RunSummary) => compareWith(baseDir, now, folder.dir));
    const end = failure && lostEnd(failure.error);
    const comparison = await judged?.(await summarizeRun(folder.dir, end), folder.dir);
    if (comparison) await writeComparison(folder.dir, { ...comparison, whole });
    else await removeComparison(folder.dir);
    const summary = await writeReports(folder.dir, readPast(folder.dir), false, end);
    reporter.close(summary);
    if (task.purpose?.whole === true)
      for (const warning of findIdleKnown(task.matrix.known, summary)) logLine(`warning: ${warning}`);
    await announceOnGithub(folder.dir, summary, comparison);
    if (keeper && !failure) await holdGuest(keeper, interrupt);
    return await tellAndPublish({
      failure,
      tell: () =>
        comparison
          ? (tell ?? ((told, now) => judgeAgainst(told, now, { whole })))(comparison, summary, folder.dir)
          : judge(summary),
      publish: publish && (async () => publish(folder.dir)),
    });
  } catch (error) {
    // The first cause is the one to report.
    if (!failure) throw error;
  }
  throw failure.error;
}

/** The end that the journal could not take, because it was the journal that failed. */
function lostEnd(error: unknown): (JournalEvent & { readonly type: 'run-end' }) | undefined {
  if (!(error instanceof InfraError && error.code === 'journal-write')) return undefined;
  return { v: JOURNAL_VERSION, t: new Date().toISOString(), type: 'run-end', reason: 'infra', message: error.message };
}

/** Diagnostics for `--verbose`. */
export function verboseLog({ verbose }: Pick<ExecuteOptions, 'verbose'>): (line: string) => void {
  return (line) => {
    if (verbose) logLine(line);
  };
}
