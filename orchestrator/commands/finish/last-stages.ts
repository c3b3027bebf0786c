import { summarizeRun } from '../../../reports/fold/summarize-run.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { formatFinalReport } from '../../../reports/formats/terminal/final-report.ts';
import { removeComparison, writeComparison } from '../../../reports/verdicts/comparison-file.ts';
import type { Comparison } from '../../../reports/verdicts/compare-runs.ts';
import { writeReports as writeReportFiles } from '../../../reports/write-reports.ts';
import { logLine } from '../../host/log-line.ts';
import { printText } from '../../host/print.ts';
import { describeError } from '../../model/errors.ts';
import type { Matrix } from '../../model/matrix.ts';
import type { RunPurpose } from '../../run/record/run-purpose.ts';
import { announceOnGithub } from '../publish/announce-github.ts';
import { publishRun } from '../publish/publish-run.ts';
import type { Judged } from '../judge/judged.ts';
import { judgeRun } from '../judge/judge-run.ts';
import { readPast } from './read-past.ts';
import { present } from '../../model/present.ts';

/** A run that has ended, in its folder. */
interface EndedRun {
  readonly runDir: string;
  readonly matrix: Matrix;
  readonly purpose: RunPurpose;
}

interface SummarizedRun extends Pick<EndedRun, 'runDir'> {
  readonly summary: RunSummary;
}

interface ReportedRun extends SummarizedRun {
  /** As it was written beside the journal. */
  readonly comparison?: Comparison;
}

/** Why a run as a whole failed. Its reports are made all the same. */
interface RunFailure {
  readonly failure?: { readonly error: unknown };
}

/** What the run came to: an exit status, or the first error. */
export type Conclusion = { readonly status: number } | { readonly error: unknown };

/** Reads the run from its journal, once for all that follows. `end`: see {@link summarizeRun}. */
export async function summarize({
  runDir,
  end,
}: Pick<EndedRun, 'runDir'> & { readonly end?: Parameters<typeof summarizeRun>[1] }): Promise<
  Pick<SummarizedRun, 'summary'>
> {
  return { summary: await summarizeRun(runDir, end) };
}

/** Judges the run by what it was made for. */
export async function judge(run: EndedRun & SummarizedRun): Promise<{ readonly judged: Judged }> {
  return { judged: await judgeRun(run) };
}

/** Writes the comparison beside the journal: reports that are made again later take the verdicts from it. */
export async function keepComparison({
  runDir,
  judged,
}: Pick<EndedRun, 'runDir'> & { readonly judged: Judged }): Promise<Pick<ReportedRun, 'comparison'>> {
  if (judged.comparison === undefined) {
    // An earlier controller of the run may have left one.
    await removeComparison(runDir);
    return {};
  }
  const comparison = { ...judged.comparison, whole: judged.comparison.whole ?? false };
  await writeComparison(runDir, comparison);
  return { comparison };
}

/** Writes the files of reports. */
export async function writeReports({ runDir, summary, comparison }: ReportedRun): Promise<void> {
  const past = await readPast(runDir, summary);
  await writeReportFiles(runDir, summary, { ...present({ comparison, pastOf: past }) });
}

/** Prints the report of a run that nobody has followed live. */
export function showReport({ runDir, summary }: SummarizedRun): void {
  printText(`${formatFinalReport(summary, runDir).join('\n')}\n`);
}

/** Shows the failures in a job of GitHub Actions. */
export async function announce({ runDir, summary, comparison }: ReportedRun): Promise<void> {
  await announceOnGithub(runDir, summary, comparison);
}

/**
 * Prints the verdict, before anything is published. It is what the run was made for, and a full disk elsewhere must not
 * swallow it. A run that failed as a whole has no verdict.
 */
export async function conclude({
  judged,
  failure,
}: RunFailure & { readonly judged: Judged }): Promise<{ readonly conclusion: Conclusion }> {
  if (failure) return { conclusion: failure };
  try {
    return { conclusion: { status: await judged.conclude() } };
  } catch (error) {
    return { conclusion: { error } };
  }
}

/**
 * Publishes the run where its purpose says so, also one that failed: what it left is worth having. If the run has an
 * error already, one of publishing is logged, and the first stays the run's.
 */
export async function publish({
  runDir,
  purpose,
  conclusion,
}: Pick<EndedRun, 'runDir' | 'purpose'> & { readonly conclusion: Conclusion }): Promise<void> {
  const place = purpose.kind === 'alone' || purpose.kind === 'baseline' ? purpose.publish : undefined;
  if (place === undefined) return;
  try {
    await publishRun(runDir, place);
  } catch (error) {
    if (!('error' in conclusion)) throw error;
    logLine(describeError(error));
  }
}

/** The exit status; throws the run's first error where it has no status. */
export function statusOf(conclusion: Conclusion): number {
  if ('error' in conclusion) throw conclusion.error;
  return conclusion.status;
}
