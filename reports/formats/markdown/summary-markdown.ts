import { findBlindKernels } from '../../facts/unproven-kernels.ts';
import { cleanLine, excerpt } from '../../text/clean-text.ts';
import { renderCoverage } from './coverage-markdown.ts';
import { isSurveyed } from '../../facts/coverage.ts';
import {
  countsAsFailure,
  describeCoverage,
  describeGrowth,
  describePlace,
  describeStanding,
  orderProblems,
} from '../../facts/describe-kernel.ts';
import { formatHeadlineMetrics, formatTotals, pickHeadlineMetrics, plural } from '../../text/format.ts';
import { buildGrid } from '../../facts/grid.ts';
import { describeEnding, formatHeadline } from '../../facts/headline.ts';
import { groupLeftOut } from '../../facts/excluded-cells.ts';
import { code, fence, plain, tableRow } from './markdown-text.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { describeOrigins, releaseOf } from '../../facts/describe-versions.ts';
import { measuredFigures } from '../../facts/measured-figures.ts';
import { countKnown, judgeCell, needsAttention, shownAttempt } from '../../fold/outcomes.ts';
import { rerunLines } from '../../facts/rerun-command.ts';
import type { CellSummary, RunSummary, TestSummary } from '../../fold/summary.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import { renderComparison } from './comparison-markdown.ts';

/** Enough for a mail or a CI step summary; the page has all. */
const MAX_FAILURES = 30;
const MAX_LISTED = 50;
const EVIDENCE_LINES = 20;
const MAX_HEADLINES = 4;

/**
 * `summary.md`: what regressed, where to look and what to type, in that order. Everything that a guest may have written
 * stands in code.
 */
export function renderMarkdown(summary: RunSummary, comparison?: Comparison): string {
  const all = summary.cells.flatMap((cell) => cell.tests.map((test) => ({ cell, test })));
  const attention = all.filter(({ test }) => needsAttention(test.outcome));
  // A test that was never reached has nothing to show but its reason: it comes last.
  const failures = attention.toSorted(
    (a, b) => Number(a.test.outcome === 'unreached') - Number(b.test.outcome === 'unreached'),
  );
  const ending = describeEnding(summary);
  const rerun = rerunLines(summary);
  const sections = [
    `# pmemrig ${code(summary.matrix)}: ${formatTotals(summary.totals, countKnown(all.map(({ test }) => test)))}`,
    ending === undefined ? '' : `**${plain(ending)}**`,
    ...findBlindKernels(summary).map(({ warning }) => `**${plain(warning)}**`),
    `${plain(formatHeadline(summary))}. Run ${code(summary.runId)} on ${code(summary.host)}, ` +
      `${summary.startedAt}, pmemrig ${plain(summary.version)}.`,
    comparison ? renderComparison(comparison) : '',
    renderGrid(summary),
    describeOrigins(summary)
      .filter((line) => line.startsWith('suite '))
      .map((line) => `- ${code(line)}`)
      .join('\n'),
    failures.length === 0 ? '' : '## To look at',
    ...failures.slice(0, MAX_FAILURES).map(({ cell, test }) => renderFailure(cell, test)),
    failures.length > MAX_FAILURES ? `… and ${failures.length - MAX_FAILURES} more in report.html.` : '',
    renderProblems(summary),
    renderLockdep(summary),
    rerun.length === 0 ? '' : `## Run again what failed\n\n${fence(rerun.join('\n'), 'sh')}`,
    renderList(
      'Flaky',
      all.filter(({ test }) => test.outcome === 'flaky'),
    ),
    renderList(
      'Known failures',
      all.filter(({ test }) => test.forgiven),
    ),
    renderCoverage(summary),
    // All other skips are the coverage's.
    renderList(
      'Skipped',
      all.filter(({ test }) => test.outcome === 'skip' && !isSurveyed(test)),
    ),
    renderLeftOut(summary),
    renderMetrics(all),
    summary.notes.length === 0
      ? ''
      : `## Notes\n\n${summary.notes.map((note) => `- ${code(cleanLine(note))}`).join('\n')}`,
    '## Files\n\n' +
      '`report.html` and `junit.xml` lie beside this file, the journal is `events.jsonl`; ' +
      'each cell has its folder in `cells/`.',
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function renderGrid(summary: RunSummary): string {
  const { kernels, rows } = buildGrid(summary);
  const lines = [
    ['', ...kernels.map((kernel) => `${code(kernel)} ${plain(releaseOf(summary, kernel) ?? '')}`.trim())],
    ['---', ...kernels.map(() => '---')],
    ...rows.map(({ label, cells }) => [
      plain(label),
      ...cells.map((cell) => (cell === undefined ? '' : describeCell(cell))),
    ]),
  ];
  return lines.map(tableRow).join('\n');
}

function describeCell(cell: CellSummary): string {
  const { worst, totals, known } = judgeCell(cell);
  const text = `${MARKS[worst]} ${formatTotals(totals, known)}`;
  return needsAttention(worst) ? `**${text}**` : text;
}

function renderFailure(cell: CellSummary, test: TestSummary): string {
  const attempt = shownAttempt(test);
  const consoleLog = attempt?.console ?? cell.guests.at(-1)?.console;
  const files = [...new Set([...(attempt?.artifacts ?? []), ...(consoleLog === undefined ? [] : [consoleLog])])];
  const tries = test.attempts.length > 1 ? ` (${plural(test.attempts.length, 'attempt')})` : '';
  return [
    `### ${MARKS[test.outcome]} ${test.outcome}: ${code(test.name)} in ${code(cell.id)}${tries}`,
    test.message === undefined ? '' : code(test.message),
    attempt?.evidence === undefined ? '' : fence(excerpt(attempt.evidence, EVIDENCE_LINES), 'text'),
    files.length === 0 || test.outcome === 'unreached' ? '' : `Files: ${files.map(code).join(', ')}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderList(
  title: string,
  found: readonly { readonly cell: CellSummary; readonly test: TestSummary }[],
): string {
  if (found.length === 0) return '';
  const lines = found
    .slice(0, MAX_LISTED)
    .map(
      ({ cell, test }) =>
        `- ${code(test.name)} in ${code(cell.id)}${test.message === undefined ? '' : `: ${code(test.message)}`}`,
    );
  return `## ${title}\n\n${lines.join('\n')}${countMore(found, 'more in report.html')}`;
}

function renderProblems(summary: RunSummary): string {
  const problems = summary.problems.filter(({ expected }) => expected !== true);
  if (problems.length === 0) return '';
  const lines = orderProblems(problems)
    .slice(0, MAX_LISTED)
    .map((problem) => {
      const standing = describeStanding(problem);
      return [
        `- ${countsAsFailure(problem) ? `**${problem.kind}**` : problem.kind} ${code(problem.title)} `,
        plain(describePlace(problem)),
        standing === '' ? '' : ` (${plain(standing)})`,
        problem.first.file === undefined ? '' : `: ${code(problem.first.file)}`,
        `, signature ${code(problem.signature)}`,
      ].join('');
    });
  return `## Kernel problems\n\n${lines.join('\n')}${countMore(problems, 'more in report.html')}`;
}

/** A last line for what a list has no room for. */
function countMore(all: readonly unknown[], what: string): string {
  return all.length > MAX_LISTED ? `\n- … and ${all.length - MAX_LISTED} ${what}` : '';
}

function renderLockdep({ lockdep }: RunSummary): string {
  if (lockdep.length === 0) return '';
  return `## Lockdep coverage\n\n${lockdep
    .map(
      (coverage) =>
        `- ${[describeCoverage(coverage), describeGrowth(coverage)]
          .filter((part) => part !== '')
          .map(plain)
          .join('; ')}`,
    )
    .join('\n')}`;
}

function renderLeftOut(summary: RunSummary): string {
  const groups = groupLeftOut(summary);
  if (groups.length === 0) return '';
  const lines = groups
    .slice(0, MAX_LISTED)
    .map(
      ({ reason, ids }) =>
        `- ${ids.slice(0, 8).map(code).join(', ')}${ids.length > 8 ? ` and ${ids.length - 8} more` : ''}: ` +
        code(reason),
    );
  return `## Left out\n\n${lines.join('\n')}${countMore(groups, 'more reasons')}`;
}

function renderMetrics(all: readonly { readonly cell: CellSummary; readonly test: TestSummary }[]): string {
  const measured = all.filter(({ test }) => pickHeadlineMetrics(measuredFigures(test), 1).length > 0);
  if (measured.length === 0) return '';
  const rows = measured
    .slice(0, MAX_LISTED)
    .map(({ cell, test }) => [
      code(cell.id),
      code(test.name),
      formatHeadlineMetrics(measuredFigures(test), MAX_HEADLINES),
    ]);
  const more = measured.length > MAX_LISTED ? `\n\n… and ${measured.length - MAX_LISTED} more in report.html.` : '';
  return `## Figures\n\n${[['cell', 'test', ''], ['---', '---', '---'], ...rows].map(tableRow).join('\n')}${more}`;
}
