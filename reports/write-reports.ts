import { join, relative, resolve, sep } from 'node:path';
import { cellSlug } from '../orchestrator/model/cell-slug.ts';
import { renderCoverageCsv } from './formats/csv/coverage-csv.ts';
import { COVERAGE_FILE } from './facts/describe-coverage.ts';
import type { PastOf } from './history/query-history.ts';
import { renderHtml } from './formats/html/page.ts';
import { type JunitOptions, renderCellJunit, renderJunit } from './formats/junit/junit.ts';
import { renderKtap } from './formats/ktap/ktap.ts';
import { renderMetricsCsv } from './formats/csv/metrics-csv.ts';
import { asRunning } from './facts/as-running.ts';
import { summarizeRun } from './fold/summarize-run.ts';
import { renderMarkdown } from './formats/markdown/summary-markdown.ts';
import type { RunSummary } from './fold/summary.ts';
import { readComparison } from './verdicts/comparison-file.ts';
import { writeWhole } from './formats/write-whole.ts';

const JUNIT_FILE = 'junit.xml';
const METRICS_FILE = 'metrics.csv';

/**
 * Makes `junit.xml` (of the run, and of each cell in its folder), `results.ktap`, `summary.md`, `report.html`,
 * `coverage.csv` and, where anything was measured, `metrics.csv` in a run folder from its journal, and the verdicts
 * against its baseline if it has one (`comparison.json`); each is replaced whole or not at all.
 *
 * @param readPast what became of the tests in earlier runs, for the page to show
 * @param isRunning a controller works on the run: what is still to come is no gap
 * @param end see {@link summarizeRun}
 * @throws UserError when there is no readable journal (see {@link summarizeRun}), InfraError when a report cannot be
 * written.
 */
export async function writeReports(
  runDir: string,
  readPast?: (summary: RunSummary) => Promise<PastOf | undefined>,
  isRunning = false,
  end?: Parameters<typeof summarizeRun>[1],
): Promise<RunSummary> {
  const summary = asRunning(await summarizeRun(runDir, end), isRunning);
  const comparison = await readComparison(runDir);
  await writeJunit(runDir, summary, { artifactBase: attachmentBase(runDir), ...(comparison && { comparison }) });
  await writeWhole(join(runDir, 'results.ktap'), renderKtap(summary, comparison));
  await writeWhole(join(runDir, 'summary.md'), [renderMarkdown(summary, comparison)]);
  await writeWhole(join(runDir, 'report.html'), renderHtml(summary, comparison, { pastOf: await readPast?.(summary) }));
  await writeWhole(join(runDir, COVERAGE_FILE), renderCoverageCsv(summary));
  if (
    summary.cells.some(({ tests }) => tests.some(({ attempts }) => attempts.some(({ metrics }) => metrics.length > 0)))
  )
    await writeWhole(join(runDir, METRICS_FILE), renderMetricsCsv(summary));
  return summary;
}

/** `junit.xml` of the run, and of each cell that began one in its folder. */
async function writeJunit(runDir: string, summary: RunSummary, options: JunitOptions): Promise<void> {
  await writeWhole(join(runDir, JUNIT_FILE), renderJunit(summary, options));
  for (const cell of summary.cells) {
    if (cell.startedAt === undefined) continue;
    const dir = join(runDir, 'cells', cellSlug(cell.id));
    await writeWhole(join(dir, JUNIT_FILE), renderCellJunit(cell, summary, options));
  }
}

/**
 * GitLab wants attachment paths from the project's root, where a CI job starts, so a run folder below the working
 * directory is named from there.
 */
function attachmentBase(runDir: string): string {
  const fromHere = relative(process.cwd(), runDir);
  return `${fromHere.startsWith('..') ? resolve(runDir) : fromHere}${sep}`;
}
