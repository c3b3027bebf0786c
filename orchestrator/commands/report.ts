import { join, resolve } from 'node:path';
import { asRunning } from '../../reports/facts/as-running.ts';
import { exitStatus } from '../../reports/facts/exit-status.ts';
import { profileRun } from '../../reports/facts/profile.ts';
import type { RunSummary } from '../../reports/fold/summary.ts';
import { ORIGIN } from '../../reports/formats/kcidb/kcidb-schema.ts';
import { formatProfile } from '../../reports/formats/terminal/profile-table.ts';
import { renderKcidb } from '../../reports/formats/kcidb/render-kcidb.ts';
import { writeReportFile } from '../../reports/formats/report-file.ts';
import { readComparison } from '../../reports/verdicts/comparison-file.ts';
import type { Comparison } from '../../reports/verdicts/compare-runs.ts';
import { printText } from '../host/print.ts';
import { Stages } from '../host/stages.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { isClaimed } from '../run/record/claim-run.ts';
import { findRun } from '../run/record/find-run.ts';
import { judgeAlone } from './judge/judge-run.ts';
import type { Judged } from './judge/judged.ts';
import { announce, conclude, showReport, statusOf, summarize, writeReports } from './finish/last-stages.ts';
import { showComparison } from './judge/show-comparison.ts';
import { writeAnnotations } from './publish/announce-github.ts';
import { present } from '../model/present.ts';

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
  /** Where the run's time went is printed, too. */
  readonly profile?: boolean;
}

interface AskedReport {
  readonly runDir: string;
  readonly options: ReportOptions;
}

interface SummarizedReport extends AskedReport {
  readonly summary: RunSummary;
  readonly comparison?: Comparison;
}

const REPORT = Stages.from<AskedReport>()
  .next(summarize)
  .next(leaveOutWhatIsRunning)
  .next(recallJudgement)
  .next(writeReports)
  .next(showReport)
  .next(showTime)
  .next(annotate)
  .next(announce)
  .next(writeKcidb)
  .next(conclude);

/**
 * `pmemrig report [RUN]`: the same reports, made again from the journal alone. Prints the verdicts of a run that was
 * compared once more. The exit status is the run's.
 */
export async function reportCommand(run: string, options: ReportOptions): Promise<number> {
  checkOptions(options);
  const runDir = findRun(run, resolve(options.runs ?? runsDir()));
  const { conclusion } = await REPORT.run({ runDir, options });
  return statusOf(conclusion);
}

async function leaveOutWhatIsRunning({
  runDir,
  summary,
}: SummarizedReport): Promise<Pick<SummarizedReport, 'summary'>> {
  return { summary: asRunning(summary, await isClaimed(runDir)) };
}

/** As far as the journal has it. */
function showTime({ summary, options: { profile } }: SummarizedReport): void {
  if (profile === true) printText(`${formatProfile(profileRun(summary)).join('\n')}\n`);
}

/** The run was judged when it ended. */
async function recallJudgement({
  runDir,
  summary,
}: SummarizedReport): Promise<{ readonly judged: Judged } & Pick<SummarizedReport, 'comparison'>> {
  const comparison = await readComparison(runDir);
  if (!comparison) return { judged: judgeAlone(summary) };
  const conclude = (): number => {
    const status = showComparison(comparison, summary);
    return comparison.aside === true ? exitStatus(summary) : status;
  };
  return { comparison, judged: { comparison, conclude } };
}

/** Elsewhere than on GitHub, where {@link announce} does it. */
function annotate({ options, summary, comparison }: SummarizedReport): void {
  if (options.annotations === 'github' && process.env['GITHUB_ACTIONS'] !== 'true')
    writeAnnotations(summary, comparison);
}

async function writeKcidb({ runDir, options: { kcidb, url }, summary }: SummarizedReport): Promise<void> {
  if (kcidb === undefined) return;
  const path = join(runDir, KCIDB_FILE);
  const submission = renderKcidb(summary, { origin: kcidb, ...present({ url }) });
  await writeReportFile(path, [`${JSON.stringify(submission, undefined, 1)}\n`]);
  printText(`${path}\n`);
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
