import { resolve } from 'node:path';
import { exitStatus } from '../../reports/exit-status.ts';
import { writeReports } from '../../reports/write-reports.ts';
import { formatFinalReport } from '../../reports/terminal/final-report.ts';
import { readComparison } from '../../reports/verdicts/comparison-file.ts';
import { runsDir } from '../model/paths.ts';
import { readPast } from './read-past.ts';
import { announceOnGithub, writeAnnotations } from './announce-github.ts';
import { findRun } from './find-run.ts';

export interface ReportOptions {
  readonly runs?: string;
  /** Where annotations are to be printed for, wherever this runs. */
  readonly annotations?: 'github';
}

/** `pmemrig report [RUN]`: the same reports, made again from the journal alone; the exit status is the run's. */
export async function reportCommand(run: string, options: ReportOptions): Promise<number> {
  const dir = findRun(run, resolve(options.runs ?? runsDir()));
  const summary = await writeReports(dir, readPast(dir));
  process.stdout.write(`${formatFinalReport(summary, dir).join('\n')}\n`);
  const comparison = await readComparison(dir);
  if (options.annotations === 'github' && process.env['GITHUB_ACTIONS'] !== 'true') writeAnnotations(summary, comparison);
  await announceOnGithub(dir, summary, comparison);
  return exitStatus(summary);
}
