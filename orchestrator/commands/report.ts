import { join, resolve } from 'node:path';
import { exitStatus } from '../../reports/facts/exit-status.ts';
import { ORIGIN } from '../../reports/formats/kcidb/kcidb-schema.ts';
import { renderKcidb } from '../../reports/formats/kcidb/render-kcidb.ts';
import { writeReports } from '../../reports/write-reports.ts';
import { formatFinalReport } from '../../reports/formats/terminal/final-report.ts';
import { readComparison } from '../../reports/verdicts/comparison-file.ts';
import { writeWhole } from '../../reports/formats/write-whole.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { isClaimed } from '../run/record/claim-run.ts';
import { judgeAgainst } from './judge/baseline.ts';
import { readPast } from './judge/read-past.ts';
import { announceOnGithub, writeAnnotations } from './publish/announce-github.ts';
import { findRun } from '../run/record/find-run.ts';
import { printText } from '../host/print.ts';

/** Beside the other reports. */
const KCIDB_FILE = 'kcidb.json';

export interface ReportOptions {
  readonly runs?: string;
  /** Where annotations are to be printed for, wherever this runs. */
  readonly annotations?: 'github';
  /** Under which KernelCI knows the CI system. */
  readonly kcidb?: string;
  /** Where the run's folder is published, for links in what is sent elsewhere. */
  readonly url?: string;
}

/**
 * `pmemrig report [RUN]`: the same reports, made again from the journal alone, and the verdicts of a run that was
 * compared once more; the exit status is the run's.
 */
export async function reportCommand(run: string, options: ReportOptions): Promise<number> {
  checkOptions(options);
  const dir = findRun(run, resolve(options.runs ?? runsDir()));
  const summary = await writeReports(dir, readPast(dir), await isClaimed(dir));
  printText(`${formatFinalReport(summary, dir).join('\n')}\n`);
  const comparison = await readComparison(dir);
  if (options.annotations === 'github' && process.env['GITHUB_ACTIONS'] !== 'true')
    writeAnnotations(summary, comparison);
  await announceOnGithub(dir, summary, comparison);
  if (options.kcidb !== undefined) {
    const path = join(dir, KCIDB_FILE);
    await writeWhole(path, [
      `${JSON.stringify(renderKcidb(summary, { origin: options.kcidb, ...(options.url !== undefined && { url: options.url }) }), undefined, 1)}\n`,
    ]);
    printText(`${path}\n`);
  }
  const judged = comparison && judgeAgainst(comparison, summary, { whole: comparison.whole ?? false });
  return judged === undefined || comparison?.aside === true ? exitStatus(summary) : judged;
}

function checkOptions({ kcidb, url }: ReportOptions): void {
  if (kcidb !== undefined && !ORIGIN.test(kcidb))
    throw new UserError(`"${kcidb}" is no origin of KCIDB`, {
      code: 'bad-origin',
      remedy: 'small letters, digits and "_", as KernelCI gave it to you',
    });
  if (url !== undefined && (kcidb === undefined || !URL.canParse(url)))
    throw new UserError(kcidb === undefined ? '--url says where links of --kcidb point' : `"${url}" is no URL`, {
      code: 'bad-url',
      remedy: '--kcidb ORIGIN --url https://example.org/pmem/RUN/',
    });
}
