import { join, relative, resolve, sep } from 'node:path';
import { cellSlug } from '../orchestrator/model/cell-slug.ts';
import { renderCoverageCsv } from './formats/csv/coverage-csv.ts';
import { COVERAGE_FILE } from './facts/describe-coverage.ts';
import type { PastOf } from './history/query-history.ts';
import { renderHtml } from './formats/html/page.ts';
import { cellJunitRenderer, type JunitOptions, renderJunit } from './formats/junit/junit.ts';
import { renderKtap } from './formats/ktap/ktap.ts';
import { renderMetricsCsv } from './formats/csv/metrics-csv.ts';
import { renderMarkdown } from './formats/markdown/summary-markdown.ts';
import type { CellSummary, RunSummary } from './fold/summary.ts';
import type { Comparison } from './verdicts/compare-runs.ts';
import { writeReportFile } from './formats/report-file.ts';
import { present } from '../orchestrator/model/present.ts';

/** What a report is made of. */
interface ReportFacts {
  readonly summary: RunSummary;
  /** The verdicts, of a run that was compared. */
  readonly comparison?: Comparison;
  /** What became of the tests in earlier runs, for the page to show. */
  readonly pastOf?: PastOf;
}

/** A file that every run folder gets. */
interface ReportFormat {
  readonly file: string;
  /** Gives the text in pieces; `undefined` for a run that has nothing of the kind. */
  readonly render: (facts: ReportFacts, runDir: string) => Iterable<string> | undefined;
  /** Makes the same for single cells, each in that cell's folder. */
  readonly cellRenderer?: (facts: ReportFacts, runDir: string) => (cell: CellSummary) => Iterable<string>;
}

/** A further report is a folder in `formats/` and a row here. */
const FORMATS: readonly ReportFormat[] = [
  {
    file: 'junit.xml',
    render: (facts, runDir) => renderJunit(facts.summary, junitOptions(facts, runDir)),
    cellRenderer: (facts, runDir) => cellJunitRenderer(facts.summary, junitOptions(facts, runDir)),
  },
  { file: 'results.ktap', render: ({ summary, comparison }) => renderKtap(summary, comparison) },
  { file: 'summary.md', render: ({ summary, comparison }) => [renderMarkdown(summary, comparison)] },
  {
    file: 'report.html',
    render: ({ summary, comparison, pastOf }) => renderHtml(summary, comparison, { pastOf }),
  },
  { file: COVERAGE_FILE, render: ({ summary }) => renderCoverageCsv(summary) },
  { file: 'metrics.csv', render: ({ summary }) => (hasMetrics(summary) ? renderMetricsCsv(summary) : undefined) },
];

/**
 * Makes the files of {@link FORMATS} in a run folder: of the run, and of each cell that began. Each is replaced whole or
 * not at all.
 * @throws InfraError when a report cannot be written
 */
export async function writeReports(
  runDir: string,
  summary: RunSummary,
  more: Omit<ReportFacts, 'summary'> = {},
): Promise<void> {
  const facts = { summary, ...more };
  for (const { file, render, cellRenderer } of FORMATS) {
    const pieces = render(facts, runDir);
    if (pieces) await writeReportFile(join(runDir, file), pieces);
    const renderCell = cellRenderer?.(facts, runDir);
    if (!renderCell) continue;
    for (const cell of summary.cells)
      if (cell.startedAt !== undefined)
        await writeReportFile(join(runDir, 'cells', cellSlug(cell.id), file), renderCell(cell));
  }
}

function junitOptions({ comparison }: ReportFacts, runDir: string): JunitOptions {
  return { artifactBase: attachmentBase(runDir), ...present({ comparison }) };
}

function hasMetrics({ cells }: RunSummary): boolean {
  return cells.some(({ tests }) => tests.some(({ attempts }) => attempts.some(({ metrics }) => metrics.length > 0)));
}

/**
 * GitLab wants attachment paths from the project's root, where a CI job starts, so a run folder below the working
 * directory is named from there.
 */
function attachmentBase(runDir: string): string {
  const fromHere = relative(process.cwd(), runDir);
  return `${fromHere.startsWith('..') ? resolve(runDir) : fromHere}${sep}`;
}
