import { cleanLine, excerpt } from '../../text/clean-text.ts';
import { countFigures, type FigureList, listFigures } from '../../figures/list-figures.ts';
import { plural } from '../../text/format.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { fitLine } from './fit-line.ts';
import { type Palette, PLAIN } from './palette.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import type { ComparedTest } from '../../verdicts/compared-test.ts';
import {
  describeOdds,
  describeSince,
  FIGURE_LOOKS,
  isListed,
  summarizeVerdicts,
  VERDICT_LOOKS,
} from '../../verdicts/describe-verdict.ts';
import { listDifferences } from '../../verdicts/list-differences.ts';
import { SeenReports } from '../../verdicts/seen-reports.ts';
import { VERDICTS } from '../../verdicts/verdict.ts';

const MAX_LISTED = 40;
/** Figures that are the same, or unclear, are only counted. */
const MAX_UNCHANGED = 12;
const EVIDENCE_LINES = 16;
const EVIDENCE_CHARS = 2400;

/** Two kernels of one run by their names alone: of one that came to no guest the release is unknown. */
function describeSide({ runId, kernels }: Comparison['base'], kernel: string | undefined): string {
  const releases = cleanLine(kernels.join(', '));
  if (kernel === undefined) return `${runId}  ${releases}`;
  return releases === '' ? cleanLine(kernel) : releases;
}

/** What differs between two runs, the alarms first, each with what makes it credible. */
export function formatComparison(
  comparison: Comparison,
  { width = Infinity, palette = PLAIN }: { readonly width?: number; readonly palette?: Palette } = {},
): string[] {
  const { base, now, tests, totals, figures = [], onlyBase, onlyNow, kernels } = comparison;
  const counted = countFigures(figures);
  const reports = new SeenReports();
  const groups = VERDICTS.filter((verdict) => totals[verdict] > 0).flatMap((verdict) => {
    const found = tests.filter((test) => test.verdict === verdict && isListed(test));
    if (found.length === 0) return [];
    return [
      '',
      palette.bold(`${verdict} (${totals[verdict]})`),
      ...found.slice(0, MAX_LISTED).flatMap((test) => formatTest(test, reports, width, palette)),
      ...(found.length > MAX_LISTED ? [`  … ${found.length - MAX_LISTED} more`] : []),
    ];
  });
  return [
    `${palette.dim('base')} ${describeSide(base, kernels?.base)}`,
    `${palette.dim('now ')} ${describeSide(now, kernels?.now)}`,
    ...groups,
    '',
    ...listFigures(figures).flatMap((list) => [...formatFigures(list, width, palette), '']),
    ...(kernels
      ? listDifferences(kernels).flatMap(({ title, lines }) => [
          palette.bold(title),
          ...lines.map((line) => fitLine([{ text: `  ${cleanLine(line)}` }], width)),
          '',
        ])
      : []),
    ...describeCells(kernels ? kernels.base : 'the baseline', onlyBase),
    ...describeCells(kernels ? kernels.now : 'this run', onlyNow),
    palette.bold(`${summarizeVerdicts(totals)}${counted === undefined ? '' : `; ${counted}`}`),
  ];
}

function formatFigures({ verdict, title, lines, note }: FigureList, width: number, palette: Palette): string[] {
  const as = FIGURE_LOOKS[verdict];
  const most = verdict === 'same' || verdict === 'cant-tell' ? MAX_UNCHANGED : MAX_LISTED;
  return [
    `${palette.bold(title)}${note === undefined ? '' : `: ${note}`}`,
    ...lines.slice(0, most).flatMap(({ cell, test, change, why }) => [
      fitLine(
        [
          { text: `${MARKS[as]} `, style: (text) => palette.outcome(as, text) },
          { text: `${cleanLine(cell)}  `, style: palette.dim },
          { text: `${cleanLine(test)}  `, style: palette.bold },
          { text: cleanLine(change), style: (text) => palette.outcome(as, text) },
        ],
        width,
      ),
      ...(why === undefined ? [] : [fitLine([{ text: `    ${cleanLine(why)}`, style: palette.dim }], width)]),
    ]),
    ...(lines.length > most ? [`  … ${lines.length - most} more`] : []),
  ];
}

function formatTest(test: ComparedTest, reports: SeenReports, width: number, palette: Palette): string[] {
  const { as } = VERDICT_LOOKS[test.verdict];
  const like = test.verdict === 'new-failure' ? reports.findLike(test) : undefined;
  const inCell = like && like.cell !== test.cell ? ` of ${cleanLine(like.cell)}` : '';
  const since = describeSince(test);
  const odds = `${describeOdds(test)}${since === undefined ? '' : `; ${since}`}`;
  const head = [
    { text: `${MARKS[as]} `, style: (text: string) => palette.outcome(as, text) },
    { text: `${cleanLine(test.cell)}  `, style: palette.dim },
    { text: cleanLine(test.test), style: palette.bold },
    {
      text: `  ${test.base ?? 'absent'} → ${test.now ?? 'absent'}`,
      style: (text: string) => palette.outcome(as, text),
    },
  ];
  if (like)
    return [
      fitLine(
        [
          ...head,
          {
            text: `  as in ${cleanLine(like.test)}${inCell}; ${odds}`,
            style: palette.dim,
          },
        ],
        width,
      ),
    ];
  return [
    fitLine([...head, { text: test.message === undefined ? '' : `  ${cleanLine(test.message)}` }], width),
    fitLine([{ text: `    ${odds}`, style: palette.dim }], width),
    ...formatEvidence(test, width),
  ];
}

function formatEvidence({ verdict, evidence = '' }: ComparedTest, width: number): string[] {
  if (verdict !== 'new-failure' || evidence.trim() === '') return [];
  return excerpt(evidence, EVIDENCE_LINES, EVIDENCE_CHARS)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => fitLine([{ text: `    │ ${line.replaceAll('\t', '    ')}` }], width));
}

function describeCells(where: string, cells: readonly string[]): string[] {
  if (cells.length === 0) return [];
  const shown = cells.slice(0, 5).join(', ');
  return [
    `${plural(cells.length, 'cell')} of ${where} alone, not compared: ` +
      `${cleanLine(shown)}${cells.length > 5 ? ', …' : ''}`,
  ];
}
