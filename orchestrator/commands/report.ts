import { resolve } from 'node:path';
import { exitStatus } from '../../reports/exit-status.ts';
import { writeReports } from '../../reports/write-reports.ts';
import { formatFinalReport } from '../../reports/terminal/final-report.ts';
import { runsDir } from '../model/paths.ts';
import { readPast } from './read-past.ts';
import { findRun } from './find-run.ts';

/** `pmemrig report [RUN]`: the same reports, made again from the journal alone; the exit status is the run's. */
export async function reportCommand(run: string, options: { readonly runs?: string }): Promise<number> {
  const dir = findRun(run, resolve(options.runs ?? runsDir()));
  const summary = await writeReports(dir, readPast(dir));
  process.stdout.write(`${formatFinalReport(summary, dir).join('\n')}\n`);
  return exitStatus(summary);
}
