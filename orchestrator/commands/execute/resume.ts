import { dirname, resolve } from 'node:path';
import { RunFold } from '../../../reports/fold/fold.ts';
import { runsDir } from '../../model/paths.ts';
import { claimRun } from '../../run/record/claim-run.ts';
import { readResumedRun } from '../../run/resume/resume-run.ts';
import { openRunFolder } from '../../run/record/run-folder.ts';
import { endRun } from '../judge/end-run.ts';
import { carryOut, verboseLog } from './execute-run.ts';
import type { ExecuteOptions } from '../plan/execute-options.ts';
import { findRun } from '../../run/record/find-run.ts';

/**
 * `pmemrig run --resume RUN`: goes on with a run whose controller ended before it, in the same folder and journal, to
 * the end that it was to have.
 */
export async function resumeCommand(run: string, options: ExecuteOptions): Promise<number> {
  const dir = findRun(run, resolve(options.runs ?? runsDir()));
  await claimRun(dir, verboseLog(options));
  const fold = new RunFold();
  const resumed = await readResumedRun(dir, (event) => fold.apply(event));
  const { matrix, plan, start, purpose } = resumed;
  return carryOut(
    {
      matrix,
      plan,
      rerun: start.rerun,
      retries: start.retries ?? 0,
      split: options.split ?? start.split ?? 1,
      repeat: start.repeat ?? 1,
      runs: dirname(dir),
      begin: async () => openRunFolder(dir),
      resumed,
      fold,
      ...(purpose && endRun(purpose, matrix)),
    },
    options,
  );
}
