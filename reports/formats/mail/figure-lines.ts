import { describeTimes, isLeap } from '../../figures/is-leap.ts';
import { describeFigure, findLeaps } from '../../figures/list-figures.ts';
import { type ComparedFigure, isFigureAlarm } from '../../figures/compare-figures.ts';
import { plural } from '../../text/format.ts';
import { renamed } from '../../verdicts/compare-kernels.ts';
import { wrapText } from './wrap-text.ts';

const MAX_LISTED = 6;

/**
 * What was measured and differs, for a reply to a series, or how sure it is that nothing does. Of figures that each
 * kernel measured only once, those that changed several times over.
 */
export function renderFigures(figures: readonly ComparedFigure[], kernel: string): readonly string[] {
  const repeated = figures.filter(({ base, now }) => base.count > 1 && now.count > 1);
  const parts = [
    renderRepeated(repeated, kernel),
    renderLeaps(findLeaps(figures.filter((figure) => !repeated.includes(figure) || !isChange(figure))), kernel),
  ];
  return parts.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function renderRepeated(repeated: readonly ComparedFigure[], kernel: string): readonly string[] {
  if (repeated.length === 0) return [];
  const changed = repeated.filter(isChange).toSorted((a, b) => Number(isLeap(b)) - Number(isLeap(a)));
  const unclear = repeated.filter(({ verdict }) => verdict === 'cant-tell').length;
  const same = repeated.length - changed.length - unclear;
  const rest = [
    ...(same > 0 ? [`${plural(same, 'figure')} did not change`] : []),
    ...(unclear > 0 ? [`${unclear} ${unclear === 1 ? 'is' : 'are'} unclear: too widely spread`] : []),
  ].join('; ');
  const repeats = Math.min(...repeated.map(({ base, now }) => Math.min(base.count, now.count)));
  return [
    `Measured, medians of ${repeats} or more repeats in turns:`,
    '',
    ...listBounded(changed, kernel, ({ verdict }) => `${verdict}: `),
    ...(rest === '' ? [] : wrapText(rest, { first: '  ', rest: '    ' })),
  ];
}

function renderLeaps(leaps: readonly ComparedFigure[], kernel: string): readonly string[] {
  if (leaps.length === 0) return [];
  return [
    ...wrapText('Changed several times over, measured too seldom to be sure:'),
    '',
    ...listBounded(leaps, kernel, () => ''),
  ];
}

function listBounded(
  figures: readonly ComparedFigure[],
  kernel: string,
  labelOf: (figure: ComparedFigure) => string,
): readonly string[] {
  return [
    ...figures.slice(0, MAX_LISTED).flatMap((figure) => {
      const times = isLeap(figure) ? `, ${describeTimes(figure.change)}` : '';
      const bad =
        figure.firstBad === undefined ? '' : `. First ${isFigureAlarm(figure) ? 'bad' : 'with'}: ${figure.firstBad}`;
      return wrapText(
        `${labelOf(figure)}${figure.test} in ${renamed(figure.cell, kernel, '').replace(/^\//, '')}: ` +
          `${describeFigure(figure)}${times}${bad}`,
        { first: '  ', rest: '    ' },
      );
    }),
    ...(figures.length > MAX_LISTED ? [`  and ${plural(figures.length - MAX_LISTED, 'more figure')}`] : []),
  ];
}

function isChange({ verdict }: ComparedFigure): boolean {
  return verdict === 'slower' || verdict === 'faster';
}
