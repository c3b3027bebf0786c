import { cleanLine, excerpt } from '../../text/clean-text.ts';
import { countFigures, type FigureList, listFigures } from '../../figures/list-figures.ts';
import { plural } from '../../text/format.ts';
import { code, fence, plain } from './markdown-text.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import type { ComparedTest } from '../../verdicts/compared-test.ts';
import { describeOdds, describeSince, isListed, summarizeVerdicts } from '../../verdicts/describe-verdict.ts';
import { listDifferences } from '../../verdicts/list-differences.ts';
import { SeenReports } from '../../verdicts/seen-reports.ts';
import { VERDICTS } from '../../verdicts/verdict.ts';

const MAX_LISTED = 30;
const EVIDENCE_LINES = 12;

/** The section of `summary.md` that says what got worse since the baseline. */
export function renderComparison(comparison: Comparison): string {
  const { base, now, tests, totals, figures = [], onlyBase, onlyNow, kernels } = comparison;
  const counted = countFigures(figures);
  const reports = new SeenReports();
  const lists = VERDICTS.flatMap((verdict) => {
    const found = tests.filter((test) => test.verdict === verdict && isListed(test));
    if (found.length === 0) return [];
    return [
      `### ${verdict} (${totals[verdict]})`,
      found
        .slice(0, MAX_LISTED)
        .map((test) => renderTest(test, reports))
        .join('\n'),
      found.length > MAX_LISTED ? `… and ${found.length - MAX_LISTED} more in report.html.` : '',
    ];
  });
  return [
    `## ${kernels ? `${code(kernels.now)} against ${code(kernels.base)}` : `Since ${code(base.runId)}`}: ` +
      `${plain(summarizeVerdicts(totals))}${counted === undefined ? '' : `; ${counted}`}`,
    kernels ? '' : `Baseline: ${base.kernels.map(code).join(', ')}; this run: ${now.kernels.map(code).join(', ')}.`,
    ...lists,
    ...listFigures(figures).map(renderFigures),
    ...(kernels
      ? listDifferences(kernels).map(
          ({ title, lines }) => `### ${plain(title)}\n\n${lines.map((line) => `- ${code(line)}`).join('\n')}`,
        )
      : []),
    onlyBase.length === 0
      ? ''
      : `${plural(onlyBase.length, 'cell')} of ${kernels ? plain(kernels.base) : 'the baseline'} alone: ` +
        onlyBase.slice(0, MAX_LISTED).map(code).join(', '),
    onlyNow.length === 0
      ? ''
      : `${plural(onlyNow.length, 'cell')} of ${kernels ? plain(kernels.now) : 'this run'} alone: ` +
        onlyNow.slice(0, MAX_LISTED).map(code).join(', '),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderFigures({ title, lines, note }: FigureList): string {
  const listed = lines
    .slice(0, MAX_LISTED)
    .map(
      ({ cell, test, change, why }) =>
        `- ${code(test)} in ${code(cell)}: ${plain(change)}${why === undefined ? '' : `; ${plain(why)}`}`,
    );
  return [
    `### ${plain(title)}`,
    plain(note ?? ''),
    listed.join('\n'),
    lines.length > MAX_LISTED ? `… and ${lines.length - MAX_LISTED} more in report.html.` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderTest(test: ComparedTest, reports: SeenReports): string {
  const since = describeSince(test);
  const words = [
    `- ${code(test.test)} in ${code(test.cell)}: ${test.base ?? 'absent'} → ${test.now ?? 'absent'}, `,
    plain(describeOdds(test)),
    since === undefined ? '' : `; ${plain(since)}`,
    test.message === undefined ? '' : `: ${code(cleanLine(test.message))}`,
  ].join('');
  if (test.verdict !== 'new-failure' || test.evidence === undefined) return words;
  const like = reports.findLike(test);
  if (like) return `${words}; as in ${code(like.test)}${like.cell === test.cell ? '' : ` of ${code(like.cell)}`}`;
  return `${words}\n\n${fence(excerpt(test.evidence, EVIDENCE_LINES), 'text')}\n`;
}
