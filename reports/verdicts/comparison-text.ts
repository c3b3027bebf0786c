import { cleanLine } from '../clean-text.ts';
import { countFigures, type FigureList, listFigures } from '../figures/list-figures.ts';
import { plural } from '../format.ts';
import { MARKS } from '../marks.ts';
import { fitLine } from '../terminal/fit-line.ts';
import { type Palette, PLAIN } from '../terminal/palette.ts';
import type { ComparedTest, Comparison } from './compare-runs.ts';
import { describeOdds, describeSince, FIGURE_LOOKS, isListed, summarizeVerdicts, VERDICT_LOOKS } from './describe-verdict.ts';
import { listDifferences } from './list-differences.ts';
import { VERDICTS } from './verdict.ts';

const MAX_LISTED = 40;
/** Figures that are the same, or of which nothing can be told, are no news. */
const MAX_UNCHANGED = 12;
const EVIDENCE_LINES = 16;

/** What differs between two runs, the alarms first, each with what makes it credible. */
export function formatComparison(comparison: Comparison, { width = Infinity, palette = PLAIN }: { readonly width?: number; readonly palette?: Palette } = {}): string[] {
  const { base, now, tests, totals, figures = [], onlyBase, onlyNow, kernels } = comparison;
  const counted = countFigures(figures);
  const groups = VERDICTS.filter((verdict) => totals[verdict] > 0).flatMap((verdict) => {
    const found = tests.filter((test) => test.verdict === verdict && isListed(test));
    if (found.length === 0) return [];
    return ['', palette.bold(`${verdict} (${totals[verdict]})`), ...found.slice(0, MAX_LISTED).flatMap((test) => formatTest(test, width, palette)), ...(found.length > MAX_LISTED ? [`  … ${found.length - MAX_LISTED} more`] : [])];
  });
  return [
    `${palette.dim('base')} ${kernels ? '' : `${base.runId}  `}${cleanLine(base.kernels.join(', '))}`,
    `${palette.dim('now ')} ${kernels ? '' : `${now.runId}  `}${cleanLine(now.kernels.join(', '))}`,
    ...groups,
    '',
    ...listFigures(figures).flatMap((list) => [...formatFigures(list, width, palette), '']),
    ...(kernels ? listDifferences(kernels).flatMap(({ title, lines }) => [palette.bold(title), ...lines.map((line) => fitLine([{ text: `  ${cleanLine(line)}` }], width)), '']) : []),
    ...describeCells(kernels ? kernels.base : 'the baseline', onlyBase),
    ...describeCells(kernels ? kernels.now : 'this run', onlyNow),
    palette.bold(`${summarizeVerdicts(totals)}${counted === undefined ? '' : `; ${counted}`}`),
  ];
}

function formatFigures({ verdict, title, lines, note }: FigureList, width: number, palette: Palette): string[] {
  const as = FIGURE_LOOKS[verdict];
  const most = verdict === 'slower' || verdict === 'faster' ? MAX_LISTED : MAX_UNCHANGED;
  return [
    `${palette.bold(title)}${note === undefined ? '' : `: ${note}`}`,
    ...lines.slice(0, most).flatMap(({ cell, test, change, why }) => [
      fitLine([{ text: `${MARKS[as]} `, style: (text) => palette.outcome(as, text) }, { text: `${cleanLine(cell)}  `, style: palette.dim }, { text: `${cleanLine(test)}  `, style: palette.bold }, { text: cleanLine(change), style: (text) => palette.outcome(as, text) }], width),
      ...(why === undefined ? [] : [fitLine([{ text: `    ${cleanLine(why)}`, style: palette.dim }], width)]),
    ]),
    ...(lines.length > most ? [`  … ${lines.length - most} more`] : []),
  ];
}

function formatTest(test: ComparedTest, width: number, palette: Palette): string[] {
  const { as } = VERDICT_LOOKS[test.verdict];
  const change = `${test.base ?? 'absent'} → ${test.now ?? 'absent'}`;
  const head = fitLine(
    [
      { text: `${MARKS[as]} `, style: (text) => palette.outcome(as, text) },
      { text: `${cleanLine(test.cell)}  `, style: palette.dim },
      { text: cleanLine(test.test), style: palette.bold },
      { text: `  ${change}`, style: (text) => palette.outcome(as, text) },
      { text: test.message === undefined ? '' : `  ${cleanLine(test.message)}` },
    ],
    width,
  );
  const since = describeSince(test);
  const all = test.verdict === 'new-failure' ? (test.evidence ?? '').split('\n').filter((line) => line.trim() !== '') : [];
  const evidence = all.length > EVIDENCE_LINES ? [...all.slice(0, EVIDENCE_LINES), '[…]'] : all;
  return [head, fitLine([{ text: `    ${describeOdds(test)}${since === undefined ? '' : `; ${since}`}`, style: palette.dim }], width), ...evidence.map((line) => fitLine([{ text: `    │ ${cleanLine(line)}` }], width))];
}

function describeCells(where: string, cells: readonly string[]): string[] {
  if (cells.length === 0) return [];
  const shown = cells.slice(0, 5).join(', ');
  return [`${plural(cells.length, 'cell')} of ${where} alone, not compared: ${cleanLine(shown)}${cells.length > 5 ? ', …' : ''}`];
}
