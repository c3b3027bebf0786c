import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exitStatus } from '../../reports/exit-status.ts';
import { writeReports } from '../../reports/write-reports.ts';
import { formatFinalReport } from '../../reports/terminal/final-report.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';

/** `pmemrig report [RUN]`: the same reports, made again from the journal alone; the exit status is the run's. */
export async function reportCommand(run: string, options: { readonly runs?: string }): Promise<number> {
  // `latest` by its own name: the link will point elsewhere some day.
  const dir = realpathSync(findRun(run, resolve(options.runs ?? runsDir())));
  const summary = await writeReports(dir);
  process.stdout.write(`${formatFinalReport(summary, dir).join('\n')}\n`);
  return exitStatus(summary);
}

/** A path wins over an id of the same name. */
function findRun(run: string, runs: string): string {
  const found = [resolve(run), join(runs, run)].find((dir) => existsSync(join(dir, 'events.jsonl')));
  if (found !== undefined) return found;
  throw new UserError(`no run ${run}: neither a folder with an events.jsonl nor an id in ${runs}`, {
    code: 'no-run',
    remedy: `list them with: ls ${runs}`,
  });
}
