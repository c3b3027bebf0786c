import { resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { quoteWord } from '../model/quote-word.ts';
import type { ShardSpec } from '../plan/shard.ts';
import { findBaselineOrNone } from './judge/baseline.ts';
import { executeRun } from './execute/execute-run.ts';
import type { ExecuteOptions } from './plan/execute-options.ts';
import { isWhole } from './plan/is-whole.ts';
import { planFile } from './plan/load-plan.ts';
import { rerunMatrix } from './plan/rerun-words.ts';
import { resumeCommand } from './execute/resume.ts';
import { warnIdle } from './plan/warn-idle.ts';

interface RunCommandOptions extends ExecuteOptions {
  readonly filter: readonly string[];
  readonly test?: readonly string[];
  readonly shard?: ShardSpec;
  /** See {@link findBaselineOrNone}. */
  readonly baseline?: string;
  /** A run to resume instead of a matrix to begin. */
  readonly resume?: string;
}

/** `pmemrig run MATRIX` and `pmemrig run --resume RUN`. */
export async function runCommand(path: string | undefined, options: RunCommandOptions): Promise<number> {
  if (options.resume !== undefined) {
    if (path === undefined) return resumeCommand(options.resume, options);
    throw new UserError('a run that is resumed has its matrix already', {
      code: 'matrix-and-resume',
      remedy: `leave ${quoteWord(path)} or --resume out`,
    });
  }
  if (path === undefined)
    throw new UserError('no matrix file is named', {
      code: 'no-matrix',
      remedy: 'name one, as in `pmemrig run matrices/smoke.yaml`; `pmemrig run --resume latest` resumes a run',
    });
  const planned = await planFile(path, options.filter, options.test, options.shard);
  await warnIdle(planned, path);
  const { baseline } = options;
  // Before anything boots: a baseline that is not there is the user's to mend.
  const baseDir =
    baseline === undefined
      ? undefined
      : await findBaselineOrNone(baseline, resolve(options.runs ?? runsDir()), planned);
  const whole = isWhole(options);
  const { status } = await executeRun(
    planned,
    baseDir === undefined ? { kind: 'alone', whole } : { kind: 'baseline', whole, baseDir: resolve(baseDir) },
    rerunMatrix(path, options),
    options,
  );
  return status;
}
