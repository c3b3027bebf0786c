import { describeFigure } from '../figures/list-figures.ts';
import type { ComparedFigure } from '../figures/compare-figures.ts';
import { plural } from '../format.ts';
import { renamed } from '../verdicts/compare-kernels.ts';
import { wrapText } from './wrap-text.ts';

const MAX_LISTED = 6;

/** What was measured and differs, for a reply to a series, or how sure it is that nothing does; nothing where each kernel was measured only once. */
export function renderFigures(figures: readonly ComparedFigure[], kernel: string): readonly string[] {
  const repeated = figures.filter(({ base, now }) => base.count > 1 && now.count > 1);
  if (repeated.length === 0) return [];
  const changed = repeated.filter(({ verdict }) => verdict === 'slower' || verdict === 'faster');
  const untold = repeated.filter(({ verdict }) => verdict === 'cant-tell').length;
  const same = repeated.length - changed.length - untold;
  const rest = [...(same > 0 ? [`${plural(same, 'figure')} did not change`] : []), ...(untold > 0 ? [`of ${untold} I cannot tell, as they spread too widely`] : [])].join('; ');
  const repeats = Math.min(...repeated.map(({ base, now }) => Math.min(base.count, now.count)));
  return [
    `Measured, medians of ${repeats} or more repeats in turns:`,
    '',
    ...changed.slice(0, MAX_LISTED).flatMap((figure) =>
      wrapText(`${figure.verdict}: ${figure.test} in ${renamed(figure.cell, kernel, '').replace(/^\//, '')}: ${describeFigure(figure)}${figure.firstBad === undefined ? '' : `. First bad: ${figure.firstBad}`}`, { first: '  ', rest: '    ' }),
    ),
    ...(changed.length > MAX_LISTED ? [`  and ${plural(changed.length - MAX_LISTED, 'more figure')}`] : []),
    ...(rest === '' ? [] : wrapText(rest, { first: '  ', rest: '    ' })),
  ];
}
