import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runsDir } from '../model/paths.ts';
import { claim } from '../run/record/claim-run.ts';
import type { RunPurpose } from '../run/record/run-purpose.ts';
import type { ShardSpec } from '../plan/shard.ts';
import { findBaselineOrNone, LAST_GREEN } from './judge/baseline.ts';
import { executeRun } from './execute/execute-run.ts';
import { type ExecuteOptions, verboseLog } from './plan/execute-options.ts';
import { isWhole } from './plan/is-whole.ts';
import { planFile } from './plan/load-plan.ts';
import { logLine } from '../host/log-line.ts';
import { pruneAfter } from './publish/prune-after.ts';
import { openPublishFolder } from './publish/publish-folder.ts';
import { suiteFor } from '../suites/registry.ts';
import { rerunMatrix } from './plan/rerun-words.ts';
import { present } from '../model/present.ts';

export interface NightlyOptions extends ExecuteOptions {
  readonly filter: readonly string[];
  readonly shard?: ShardSpec;
  readonly baseline?: string;
  readonly publish?: string;
  /** See `pmemrig prune`. */
  readonly keep: number;
  readonly days: number;
}

/**
 * `pmemrig nightly MATRIX`: run, judge by the last green run, publish, prune. One at a time for each matrix and folder
 * of runs. The exit status is the run's, see {@link judgeComparison}; 3 when it could not be published, with any
 * verdict.
 */
export async function nightlyCommand(path: string, options: NightlyOptions): Promise<number> {
  const planned = await planFile(path, options.filter, [], options.shard);
  const { name } = planned.matrix;
  const { shard } = options;
  const publish = options.publish === undefined ? undefined : await openPublishFolder(options.publish);
  const runs = resolve(options.runs ?? runsDir());
  await mkdir(runs, { recursive: true });
  await claim(
    join(runs, `.nightly-${name}${shard ? `-${shard.index}of${shard.of}` : ''}`),
    `the nightly of ${name}${shard ? `, shard ${shard.index}/${shard.of}` : ''}`,
    verboseLog(options),
  );
  if (!planned.matrix.suites.some((suite) => suiteFor(suite).provesRig)) {
    logLine(
      `${name} has no selftest: nothing proves tonight that the rig sees kernel problems (add a suite ` +
        'selftest, docs/selftest.md)',
    );
  }
  const baseDir = await findBaselineOrNone(options.baseline ?? LAST_GREEN, runs, planned);
  const end = { whole: isWhole(options), ...present({ publish }) };
  const purpose: RunPurpose =
    baseDir === undefined ? { kind: 'alone', ...end } : { kind: 'baseline', baseDir: resolve(baseDir), ...end };
  const night = async (): Promise<number> =>
    (await executeRun(planned, purpose, rerunMatrix(path, options), options)).status;
  return pruneAfter(night, { keep: options.keep, days: options.days, runs });
}
