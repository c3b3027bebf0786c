import { resolve } from 'node:path';
import type { RunSummary } from '../../reports/fold/summary.ts';
import { Stages } from '../host/stages.ts';
import { mergeRuns } from '../merge/merge-runs.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { findRun } from '../run/record/find-run.ts';
import { findBaselineFor, isPinName } from './judge/baseline.ts';
import { judgeAlone, judgeByBaseline } from './judge/judge-run.ts';
import type { Judged } from './judge/judged.ts';
import {
  announce,
  conclude,
  keepComparison,
  showReport,
  statusOf,
  summarize,
  writeReports,
} from './finish/last-stages.ts';
import { present } from '../model/present.ts';

interface MergeCommandOptions {
  readonly into?: string;
  /** See {@link findBaselineFor}. */
  readonly baseline?: string;
  readonly runs?: string;
}

interface MergedRun {
  readonly runDir: string;
  /** No part of the plan is missing. */
  readonly whole: boolean;
  /** The folder of the run to judge it by, if any. */
  readonly findBaseline: (summary: RunSummary) => Promise<string | undefined>;
}

const ENDING = Stages.from<MergedRun>()
  .next(summarize)
  .next(judgeMerged)
  .next(keepComparison)
  .next(writeReports)
  .next(showReport)
  .next(announce)
  .next(conclude);

/**
 * `pmemrig merge RUN…`: one run of several that have different cells, with all its reports; the exit status is that
 * run's.
 */
export async function mergeCommand(
  parts: readonly string[],
  { into, baseline, runs: place }: MergeCommandOptions,
): Promise<number> {
  const runs = resolve(place ?? runsDir());
  if (into !== undefined && !isPinName(into))
    throw new UserError(`"${into}" is no name for a run`, {
      code: 'bad-name',
      remedy: 'letters, digits, ".", "_" and "-"; --runs says in which folder',
    });
  const { dir, plan } = await mergeRuns(
    parts.map((part) => findRun(part, runs)),
    { runs, ...present({ name: into }) },
  );
  const { conclusion } = await ENDING.run({
    runDir: dir,
    whole: plan.missing.length === 0,
    findBaseline: async (summary) =>
      baseline === undefined ? undefined : await findBaselineFor(baseline, runs, summary),
  });
  return statusOf(conclusion);
}

async function judgeMerged({
  runDir,
  whole,
  findBaseline,
  summary,
}: MergedRun & { readonly summary: RunSummary }): Promise<{ readonly judged: Judged }> {
  const baseDir = await findBaseline(summary);
  return {
    judged: baseDir === undefined ? judgeAlone(summary) : await judgeByBaseline({ baseDir, whole }, summary, runDir),
  };
}
