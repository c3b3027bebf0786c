import { resolve } from 'node:path';
import { exitStatus } from '../../reports/facts/exit-status.ts';
import { summarizeRun } from '../../reports/fold/summarize-run.ts';
import { formatFinalReport } from '../../reports/formats/terminal/final-report.ts';
import { writeComparison } from '../../reports/verdicts/comparison-file.ts';
import { writeReports } from '../../reports/write-reports.ts';
import { mergeRuns } from '../merge/merge-runs.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { announceOnGithub } from './publish/announce-github.ts';
import { findBaselineFor, isPinName, judgeAgainst } from './judge/baseline.ts';
import { compareWith } from './judge/compare-with.ts';
import { findRun } from '../run/record/find-run.ts';
import { readPast } from './judge/read-past.ts';
import { printText } from '../host/print.ts';

interface MergeCommandOptions {
  readonly into?: string;
  /** See {@link findBaselineFor}. */
  readonly baseline?: string;
  readonly runs?: string;
}

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
    { runs, ...(into !== undefined && { name: into }) },
  );
  const baseDir = baseline === undefined ? undefined : await findBaselineFor(baseline, runs, await summarizeRun(dir));
  const comparison = baseDir === undefined ? undefined : await compareWith(baseDir, await summarizeRun(dir), dir);
  const whole = plan.missing.length === 0;
  if (comparison) await writeComparison(dir, { ...comparison, whole });
  const summary = await writeReports(dir, readPast(dir));
  printText(`${formatFinalReport(summary, dir).join('\n')}\n`);
  await announceOnGithub(dir, summary, comparison);
  return comparison ? judgeAgainst(comparison, summary, { whole }) : exitStatus(summary);
}
