import { describeChance, formatMetricValue, formatShare, plural } from '../text/format.ts';
import { type ComparedFigure, isFigureAlarm } from './compare-figures.ts';
import type { Change } from './estimate-change.ts';
import { describeTimes, isGain, isLeap, timesOf } from './is-leap.ts';
import { FIGURE_VERDICTS, type FigureVerdict } from './judge-figure.ts';
import { present } from '../../orchestrator/model/present.ts';

/** So many repeats are not practical: another way of measuring is called for. */
const TOO_MANY = 100;

/** What a report says of figures with one verdict. */
export interface FigureList {
  /** `leap`: several times more or less, and no alarm by itself. */
  readonly verdict: FigureVerdict | 'leap';
  /** Some of it is news. */
  readonly alarm: boolean;
  /** `2 figures slower`. */
  readonly title: string;
  readonly lines: readonly FigureLine[];
  /** What would have to be done for a verdict. */
  readonly note?: string;
}

export interface FigureLine {
  readonly cell: string;
  readonly test: string;
  /** `write.iops 48.2k IOPS → 43.1k IOPS, −10.6 % (−12.1 to −8.0 %)`. */
  readonly change: string;
  /**
   * `7 repeats of each; by chance once in 3000`, or what would have to be done for a verdict; absent where the change
   * itself says why.
   */
  readonly why?: string;
}

/** What a reader should make of a figure that got several times better. */
export const LEAP_NOTE = 'what gets so much better may be work that is no longer done, such as a flush';

/**
 * Figures by verdict, each with its change and why one may believe it; first those that changed several times over,
 * with any verdict. Those that are as usual, and those with too few values for an interval, are only counted, see
 * {@link countFigures}.
 */
export function listFigures(all: readonly ComparedFigure[]): readonly FigureList[] {
  const leaps = findLeaps(all);
  const figures = all.filter((figure) => !leaps.includes(figure));
  return [...listLeaps(leaps), ...listByVerdict(figures)];
}

/**
 * Those that changed several times over, the most first. One that got worse for sure is none of them: it is an alarm,
 * and listed as such.
 */
export function findLeaps(figures: readonly ComparedFigure[]): readonly ComparedFigure[] {
  return figures
    .filter((figure) => figure.told !== true && !isFigureAlarm(figure) && isLeap(figure))
    .toSorted((a, b) => timesOf(b.change) - timesOf(a.change));
}

function listLeaps(leaps: readonly ComparedFigure[]): readonly FigureList[] {
  if (leaps.length === 0) return [];
  const lines = leaps.map((figure): FigureLine => {
    const { why, ...line } = describeLine(figure);
    const once = figure.by === 'repeats' && figure.base.count === 1 && figure.now.count === 1;
    return {
      ...line,
      why: [
        describeTimes(figure.change),
        ...(once ? ['measured once each'] : []),
        ...(why === undefined ? [] : [why]),
      ].join('; '),
    };
  });
  return [
    {
      verdict: 'leap',
      alarm: true,
      title: `${plural(leaps.length, 'figure')} changed several times over`,
      lines,
      ...(leaps.some(isGain) && { note: LEAP_NOTE }),
    },
  ];
}

function listByVerdict(figures: readonly ComparedFigure[]): readonly FigureList[] {
  return FIGURE_VERDICTS.flatMap((verdict): FigureList[] => {
    const found = figures.filter((figure) => figure.verdict === verdict);
    const listed = isChange(verdict) ? found : found.filter(({ by, change }) => by === 'repeats' && change.interval);
    const note = verdict === 'cant-tell' ? describeNeed(found) : '';
    if (listed.length === 0 && note === '') return [];
    return [
      {
        verdict,
        alarm: found.some(isFigureAlarm),
        title: describeCount(verdict, found.length),
        lines: listed.map(describeLine),
        ...(note !== '' && { note }),
      },
    ];
  });
}

function isChange(verdict: FigureVerdict): boolean {
  return verdict === 'slower' || verdict === 'faster';
}

function describeCount(verdict: FigureVerdict, count: number): string {
  const figures = plural(count, 'figure');
  if (verdict === 'cant-tell') return `${figures} unclear`;
  return verdict === 'same' ? `${figures} the same` : `${figures} ${verdict}`;
}

function describeLine(figure: ComparedFigure): FigureLine {
  const why = isChange(figure.verdict)
    ? describeWhy(figure)
    : figure.needed === undefined
      ? undefined
      : `it takes ${plural(figure.needed, 'repeat')}`;
  return { cell: figure.cell, test: figure.test, change: describeFigure(figure), ...present({ why }) };
}

/** `2 slower, 1 faster, 31 same, 4 unclear`, or nothing where no figure was judged. */
export function countFigures(figures: readonly ComparedFigure[]): string | undefined {
  if (figures.length === 0) return undefined;
  const words = { slower: 'slower', faster: 'faster', same: 'same', 'cant-tell': 'unclear' } as const satisfies Record<
    FigureVerdict,
    string
  >;
  const counts = (['slower', 'faster', 'same', 'cant-tell'] as const).flatMap((verdict) => {
    const count = figures.filter((figure) => figure.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${words[verdict]}`];
  });
  const leaps = findLeaps(figures).length;
  return `figures: ${counts.join(', ')}${leaps === 0 ? '' : `; ${leaps} changed several times over`}`;
}

export function describeFigure({ name, unit, better, base, now, change }: ComparedFigure): string {
  const show = (value: number): string => formatMetricValue({ name, unit, better, value });
  return `${name} ${show(base.median)} → ${show(now.median)}, ${describeChange(change)}`;
}

function describeChange({ by, interval }: Change): string {
  return interval
    ? `${formatShare(by)} (${formatShare(interval.low)} to ${formatShare(interval.high)})`
    : formatShare(by);
}

function describeWhy(figure: ComparedFigure): string {
  const { by, base, now, chance, floor, since, told, firstBad } = figure;
  const usual = floor ? `, nine of ten within ${formatShare(floor.low)} to ${formatShare(floor.high)}` : '';
  const parts = [
    ...(firstBad === undefined ? [] : [`first ${isFigureAlarm(figure) ? 'bad' : 'with'}: ${firstBad}`]),
    by === 'repeats'
      ? `${base.count} and ${plural(now.count, 'repeat')}`
      : `${plural(base.count, 'run')} before${usual}`,
    `by chance ${describeChance(chance)}`,
    ...(since ? [`since ${since.runId}`] : []),
    ...(told ? ['reported before'] : []),
  ];
  return parts.join('; ');
}

function describeNeed(figures: readonly ComparedFigure[]): string {
  const most = (by: ComparedFigure['by']): number =>
    Math.max(0, ...figures.filter((figure) => figure.by === by).map(({ needed }) => needed ?? 0));
  const [repeats, runs] = [most('repeats'), most('runs')];
  const enough = figures.filter(({ by, needed = 0 }) => by === 'repeats' && needed <= TOO_MANY);
  const few = Math.max(0, ...enough.map(({ needed }) => needed ?? 0));
  return [
    ...(few > 0
      ? [`it takes --repeat ${few} at the least${repeats > TOO_MANY ? ` for ${enough.length} of them` : ''}`]
      : []),
    ...(repeats > TOO_MANY
      ? [`some spread so widely that ${TOO_MANY} repeats would not do: a quieter host may, or measure: instructions`]
      : []),
    ...(runs > 0 ? [`${plural(runs, 'more run')} would show what is usual`] : []),
  ].join('; ');
}
