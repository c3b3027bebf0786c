import { join } from 'node:path';
import { findBlindKernels } from '../blind-kernels.ts';
import { cleanLine } from '../clean-text.ts';
import { surveyCoverage } from '../coverage-groups.ts';
import { COVERAGE_FILE, summarizeCoverage } from '../describe-coverage.ts';
import { countsAsFailure, describeCoverage, describePlace, describeStanding, orderProblems } from '../describe-kernel.ts';
import { formatTotals } from '../format.ts';
import { describeEnding, formatHeadline } from '../headline.ts';
import { MARKS } from '../marks.ts';
import { FAILURES, judgeCell, needsAttention, tellingAttempt } from '../outcomes.ts';
import { rerunCommand, rerunTest } from '../rerun-command.ts';
import type { CellSummary, RunSummary } from '../summary.ts';
import { renderEvidence } from './evidence-lines.ts';
import { fitLine } from './fit-line.ts';
import { type Palette, PLAIN } from './palette.ts';

const MAX_LISTED = 20;
const MAX_CELLS = 60;
/** Failures whose evidence is shown once more, and how much of it: it scrolled by when they failed. */
const MAX_SHOWN = 5;
const SHOWN_LINES = 12;

/** What stands at the end of a run: cells, what failed once more, totals, where the reports are. */
export function formatFinalReport(summary: RunSummary, runDir: string, { width = Infinity, palette = PLAIN }: { width?: number; palette?: Palette } = {}): string[] {
  const ending = describeEnding(summary);
  const rerun = rerunCommand(summary);
  return [
    '',
    ...renderCells(summary.cells, width, palette),
    ...renderAttention(summary, runDir, width, palette),
    ...renderProblems(summary, width, palette),
    // Whole, however long: it says what the marks above are worth.
    ...findBlindKernels(summary).map(({ warning }) => palette.outcome('infra', `${MARKS.infra} ${cleanLine(warning)}`)),
    ...summary.lockdep.map((coverage) => fitLine([{ text: describeCoverage(coverage), ...(coverage.uncovered > 0 && { style: (text: string) => palette.outcome('infra', text) }) }], width)),
    ...summarizeCoverage(surveyCoverage(summary)).map((line) => fitLine([{ text: `${MARKS.skip} ${cleanLine(line)}`, style: (text) => palette.outcome('skip', text) }], width)),
    palette.bold(formatHeadline(summary)),
    ...(ending === undefined ? [] : [palette.outcome('infra', ending)]),
    `reports: ${join(runDir, 'report.html')}, junit.xml, summary.md and ${COVERAGE_FILE} beside it`,
    ...(rerun === undefined ? [] : [`again:   ${rerun}`]),
  ];
}

/** With many cells only those where not all is well. */
function renderCells(cells: readonly CellSummary[], width: number, palette: Palette): string[] {
  const rows = cells.map((cell) => ({ id: cleanLine(cell.id), ...judgeCell(cell) }));
  const shown = rows.length <= MAX_CELLS ? rows : rows.filter(({ worst }) => needsAttention(worst) || worst === 'flaky').slice(0, MAX_CELLS);
  const idWidth = shown.reduce((max, { id }) => Math.max(max, id.length), 0);
  const lines = shown.map(({ id, worst, totals }) =>
    fitLine(
      [
        { text: `${MARKS[worst]} `, style: (text) => palette.outcome(worst, text) },
        { text: `${id.padEnd(idWidth)}  ` },
        { text: formatTotals(totals), style: (text) => palette.outcome(worst, text) },
      ],
      width,
    ),
  );
  return [...lines, ...(shown.length < rows.length ? [palette.dim(`  … ${rows.length - shown.length} more cells`)] : []), ''];
}

function renderAttention(summary: RunSummary, runDir: string, width: number, palette: Palette): string[] {
  const found = summary.cells.flatMap((cell) => cell.tests.filter(({ outcome }) => needsAttention(outcome) || outcome === 'flaky').map((test) => ({ id: cell.id, test })));
  if (found.length === 0) return [];
  const failed = found.filter(({ test }) => FAILURES.has(test.outcome));
  const shown = new Set(failed.slice(0, MAX_SHOWN));
  const lines = found.slice(0, MAX_LISTED).flatMap((one) => {
    const { id, test } = one;
    const attempt = tellingAttempt(test);
    const line = fitLine(
      [
        { text: `${MARKS[test.outcome]} ${test.outcome.padEnd(9)}`, style: (text) => palette.outcome(test.outcome, text) },
        { text: ` ${cleanLine(id)}`, style: palette.dim },
        { text: `  ${cleanLine(test.name)}`, style: palette.bold },
        { text: test.message === undefined ? '' : `  ${cleanLine(test.message)}` },
      ],
      width,
    );
    if (!shown.has(one) || !attempt) return [line];
    // Alone it is what the last line says.
    const again = failed.length > 1 ? [palette.dim(`    again: ${rerunTest(summary, { id }, test)}`)] : [];
    return [line, ...renderEvidence(attempt, runDir, width, palette, SHOWN_LINES), ...again];
  });
  return [...lines, ...(found.length > MAX_LISTED ? [`  … ${found.length - MAX_LISTED} more in the reports`] : []), ''];
}

/** What the kernels said, each with the signature by which it can be named as known: a test's own line has room for little of it. */
function renderProblems(summary: RunSummary, width: number, palette: Palette): string[] {
  const problems = summary.problems.filter(({ expected }) => expected !== true);
  if (problems.length === 0) return [];
  const lines = orderProblems(problems).slice(0, MAX_LISTED).flatMap((problem) => {
    const outcome = countsAsFailure(problem) ? 'fail' : 'skip';
    const standing = describeStanding(problem);
    const head = fitLine(
      [
        { text: `${MARKS[outcome]} ${problem.kind}`, style: (text) => palette.outcome(outcome, text) },
        { text: `  ${cleanLine(problem.title)}`, style: palette.bold },
        { text: standing === '' ? '' : `  ${cleanLine(standing)}` },
        { text: `  ${cleanLine(describePlace(problem))}`, style: palette.dim },
      ],
      width,
    );
    return [head, fitLine([{ text: `    signature: ${cleanLine(problem.signature)}`, style: palette.dim }], width)];
  });
  return ['kernel problems:', ...lines, ...(problems.length > MAX_LISTED ? [`  … ${problems.length - MAX_LISTED} more in the reports`] : []), ''];
}
