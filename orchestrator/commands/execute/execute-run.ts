import { resolve } from 'node:path';
import { Stages } from '../../host/stages.ts';
import { letYoungGenerationGrow } from '../../host/heap.ts';
import { runsDir } from '../../model/paths.ts';
import { claimRun } from '../../run/record/claim-run.ts';
import { createRunFolder } from '../../run/record/run-folder.ts';
import type { RunPurpose } from '../../run/record/run-purpose.ts';
import {
  announce,
  conclude,
  judge,
  keepComparison,
  publish,
  statusOf,
  summarize,
  writeReports,
} from '../finish/last-stages.ts';
import { type ExecuteOptions, verboseLog } from '../plan/execute-options.ts';
import type { PlannedMatrix } from '../plan/load-plan.ts';
import {
  checkHost,
  chooseAccelerator,
  findQemu,
  listenForInterrupt,
  readDurations,
  warnOfLongRun,
} from './host-stages.ts';
import {
  endProgress,
  keepGuest,
  openFolder,
  runCells,
  showProgress,
  waitWithGuest,
  warnOfIdleKnown,
} from './run-stages.ts';
import type { RunTask } from './run-task.ts';

/** A run from its plan to the end of its guests. */
const RUN = Stages.from<RunTask>()
  .next(listenForInterrupt)
  .next(findQemu)
  .next(chooseAccelerator)
  .next(checkHost)
  .next(readDurations)
  .next(warnOfLongRun)
  .next(openFolder)
  .next(keepGuest)
  .next(showProgress)
  .next(runCells);

type EndedRun = Awaited<ReturnType<typeof RUN.run>>;

/** What follows, also after a failure of the run as a whole. */
const ENDING = Stages.from<EndedRun>()
  .next(makeRoomForReports)
  .next(summarize)
  .next(judge)
  .next(keepComparison)
  .next(writeReports)
  .next(endProgress)
  .next(warnOfIdleKnown)
  .next(announce)
  .next(waitWithGuest)
  .next(conclude)
  .next(publish);

/** From here on the reports are much work. */
const LARGE_RUN_TESTS = 5000;

function makeRoomForReports({ plan }: Pick<RunTask, 'plan'>): void {
  if (plan.cells.reduce((sum, { tests }) => sum + tests.length, 0) > LARGE_RUN_TESTS) letYoungGenerationGrow();
}

const WHOLE_RUN = RUN.next(async (ended) =>
  ENDING.run(ended).catch((error: unknown) => {
    // The first cause is the one to report.
    throw ended.failure ? ended.failure.error : error;
  }),
);

/** A run that came to its verdict. */
interface ExecutedRun {
  readonly status: number;
  readonly runDir: string;
}

/**
 * Runs what was planned to its end: reports in the terminal and in files, verdict, publication. For `rerun` see the
 * event `run-start`. Rejects with the error that the run failed for as a whole.
 */
export async function executeRun(
  { matrix, plan }: PlannedMatrix,
  purpose: RunPurpose,
  rerun: string,
  options: ExecuteOptions,
): Promise<ExecutedRun> {
  const runs = resolve(options.runs ?? runsDir());
  return executeTask({
    matrix,
    plan,
    purpose,
    rerun,
    retries: options.retries ?? 0,
    split: options.split ?? 1,
    repeat: options.repeat ?? 1,
    runs,
    openFolder: async () => {
      const folder = await createRunFolder(runs, matrix.name);
      await claimRun(folder.dir, verboseLog(options));
      return folder;
    },
    options,
  });
}

/** As {@link executeRun}, for a run that may have been begun already. */
export async function executeTask(task: RunTask): Promise<ExecutedRun> {
  const { conclusion, runDir } = await WHOLE_RUN.run(task);
  return { status: statusOf(conclusion), runDir };
}
