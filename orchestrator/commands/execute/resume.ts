import { dirname, resolve } from 'node:path';
import { RunFold } from '../../../reports/fold/fold.ts';
import { runsDir } from '../../model/paths.ts';
import { claimRun } from '../../run/record/claim-run.ts';
import { findRun } from '../../run/record/find-run.ts';
import { openRunFolder } from '../../run/record/run-folder.ts';
import { readResumedRun } from '../../run/resume/resume-run.ts';
import { type ExecuteOptions, verboseLog } from '../plan/execute-options.ts';
import { executeTask } from './execute-run.ts';

/**
 * `pmemrig run --resume RUN`: resumes a run whose controller ended before it, in the same folder and journal, to the
 * end that it was to have.
 */
export async function resumeCommand(run: string, options: ExecuteOptions): Promise<number> {
  const dir = findRun(run, resolve(options.runs ?? runsDir()));
  await claimRun(dir, verboseLog(options));
  const fold = new RunFold();
  const resumed = await readResumedRun(dir, (event) => fold.apply(event));
  const { matrix, plan, start, purpose } = resumed;
  const { status } = await executeTask({
    matrix,
    plan,
    // A run of before it was kept.
    purpose: purpose ?? { kind: 'alone', whole: false },
    rerun: start.rerun,
    retries: start.retries ?? 0,
    split: options.split ?? start.split ?? 1,
    repeat: start.repeat ?? 1,
    runs: dirname(dir),
    openFolder: async () => openRunFolder(dir),
    resumed,
    fold,
    options,
  });
  return status;
}
