import stringWidth from 'string-width';
import { padColumns } from '../../../orchestrator/model/align-columns.ts';
import { join } from 'node:path';
import { findBlindKernels } from '../../facts/unproven-kernels.ts';
import { cleanLine } from '../../text/clean-text.ts';
import { surveyCoverage } from '../../facts/coverage-groups.ts';
import { COVERAGE_FILE, summarizeCoverage } from '../../facts/describe-coverage.ts';
import {
  countsAsFailure,
  describeCoverage,
  describePlace,
  describeStanding,
  orderProblems,
} from '../../facts/describe-kernel.ts';
import { formatTotals, plural } from '../../text/format.ts';
import { describeEnding, formatHeadline } from '../../facts/headline.ts';
import { groupLeftOut } from '../../facts/excluded-cells.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { describeOrigins } from '../../facts/describe-versions.ts';
import { judgeCell, needsAttention } from '../../fold/outcomes.ts';
import { rerunLines } from '../../facts/rerun-command.ts';
import type { CellSummary, RunSummary } from '../../fold/summary.ts';
import { renderAttention } from './attention.ts';
import { fitLine } from './fit-line.ts';
import { type Palette, PLAIN } from './palette.ts';

const MAX_LISTED = 20;
const MAX_CELLS = 60;

/** What stands at the end of a run: cells, what failed once more, totals, where the reports are. */
export function formatFinalReport(
  summary: RunSummary,
  runDir: string,
  { width = Infinity, palette = PLAIN }: { width?: number; palette?: Palette } = {},
): string[] {
  const ending = describeEnding(summary);
  return [
    '',
    ...renderCells(summary.cells, width, palette),
    ...renderLeftOut(summary, width, palette),
    ...describeOrigins(summary).map((line) => fitLine([{ text: line, style: palette.dim }], width)),
    '',
    ...renderAttention(summary, { runDir, width, palette }),
    ...renderProblems(summary, width, palette),
    // Whole, however long: it says what the marks above are worth.
    ...findBlindKernels(summary).map(({ warning }) => palette.outcome('infra', `${MARKS.infra} ${cleanLine(warning)}`)),
    ...summary.lockdep.map((coverage) =>
      fitLine(
        [
          {
            text: describeCoverage(coverage),
            ...(coverage.uncovered > 0 && { style: (text: string) => palette.outcome('infra', text) }),
          },
        ],
        width,
      ),
    ),
    ...summarizeCoverage(surveyCoverage(summary)).map((line) =>
      fitLine([{ text: `${MARKS.skip} ${cleanLine(line)}`, style: (text) => palette.outcome('skip', text) }], width),
    ),
    palette.bold(formatHeadline(summary)),
    ...(ending === undefined ? [] : [palette.outcome('infra', ending)]),
    `reports: ${join(runDir, 'report.html')}, junit.xml, summary.md and ${COVERAGE_FILE} beside it`,
    ...rerunLines(summary).map((line, index) => `${index === 0 ? 'again:  ' : '        '} ${line}`),
  ];
}

/** With many cells only those where not all is well. */
function renderCells(cells: readonly CellSummary[], width: number, palette: Palette): string[] {
  const rows = cells.map((cell) => ({ id: cleanLine(cell.id), ...judgeCell(cell) }));
  const shown =
    rows.length <= MAX_CELLS
      ? rows
      : rows.filter(({ worst }) => needsAttention(worst) || worst === 'flaky').slice(0, MAX_CELLS);
  const idWidth = shown.reduce((max, { id }) => Math.max(max, stringWidth(id)), 0);
  const lines = shown.map(({ id, worst, totals, known }) =>
    fitLine(
      [
        { text: `${MARKS[worst]} `, style: (text) => palette.outcome(worst, text) },
        { text: `${padColumns(id, idWidth)}  ` },
        { text: formatTotals(totals, known), style: (text) => palette.outcome(worst, text) },
      ],
      width,
    ),
  );
  return [
    ...lines,
    ...(shown.length < rows.length ? [palette.dim(`  … ${plural(rows.length - shown.length, 'more cell')}`)] : []),
  ];
}

/** Each reason once: a suite that is not on this machine leaves out all of its cells. */
function renderLeftOut(summary: RunSummary, width: number, palette: Palette): string[] {
  return groupLeftOut(summary)
    .slice(0, MAX_LISTED)
    .map(({ reason, ids }) =>
      fitLine(
        [
          { text: `${MARKS.excluded} left out: `, style: (text) => palette.outcome('excluded', text) },
          { text: ids.length === 1 ? cleanLine(ids[0] ?? '') : plural(ids.length, 'cell') },
          { text: `  ${cleanLine(reason)}`, style: palette.dim },
        ],
        width,
      ),
    );
}

/**
 * What the kernels said, each with the signature by which it can be listed as known. A test's own line has little room
 * for it.
 */
function renderProblems(summary: RunSummary, width: number, palette: Palette): string[] {
  const problems = summary.problems.filter(({ expected }) => expected !== true);
  if (problems.length === 0) return [];
  const lines = orderProblems(problems)
    .slice(0, MAX_LISTED)
    .flatMap((problem) => {
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
  return [
    'kernel problems:',
    ...lines,
    ...(problems.length > MAX_LISTED ? [`  … ${problems.length - MAX_LISTED} more in the reports`] : []),
    '',
  ];
}
