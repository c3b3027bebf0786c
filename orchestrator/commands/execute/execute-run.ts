import { resolve } from 'node:path';
import { runsDir } from '../../model/paths.ts';
import { nameStage, PhaseClock } from '../../model/phase-time.ts';
import { claimRun } from '../../run/record/claim-run.ts';
import { createRunFolder } from '../../run/record/run-folder.ts';
import type { RunPurpose } from '../../run/record/run-purpose.ts';
import { type ExecuteOptions, verboseLog } from '../plan/execute-options.ts';
import type { PlannedMatrix } from '../plan/load-plan.ts';
import { RUN_GUESTS } from './run-guests.ts';
import type { RunTask } from './run-task.ts';

/** A quarter of all modules, which the way to the first test does without. */
const importEnding = async () => import('./end-run.ts');

/** By then the first guest boots, and the controller has little to do. */
const LOAD_ENDING_MS = 3000;

/** What the guests' stages took is released after the verdict. */
const WHOLE_RUN = RUN_GUESTS.next(async (ended) => {
  // What lies behind is in the journal.
  ended.clock.take();
  const { endRun } = await importEnding();
  ended.clock.end('load the reports');
  return { status: await endRun(ended) };
});

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
export async function executeTask(task: Omit<RunTask, 'clock'>): Promise<ExecutedRun> {
  // A run whose installation is replaced meanwhile comes to its end. An error is that of the import where it is needed.
  const timer = setTimeout(() => void importEnding().catch(() => undefined), LOAD_ENDING_MS);
  try {
    const clock = beginClock(task.options);
    return await WHOLE_RUN.run({ ...task, clock }, (stage) => clock.end(nameStage(stage)));
  } finally {
    clearTimeout(timer);
  }
}

/** Measures what the controller does itself. The verb's code is loaded, and the plan made. */
function beginClock({ loadedMs }: Pick<ExecuteOptions, 'loadedMs'>): PhaseClock {
  if (loadedMs === undefined) return new PhaseClock();
  const clock = new PhaseClock(0);
  clock.end('start and load code', loadedMs);
  clock.end('plan');
  return clock;
}
