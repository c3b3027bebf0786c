import type { HistoryFigure } from './query-metrics.ts';
import { judgeTrends } from '../figures/judge-trend.ts';
import { describeChance, formatShare } from '../text/format.ts';

/**
 * What the newest of a figure's values says by those before it, of the same matrix and host: `same; nine of ten runs
 * before lay within −3.1 % to +2.9 % of their median`. Undefined where it has no direction, or is not above zero
 * throughout.
 *
 * @param figures of one cell and one name, newest first
 */
export function describeTrend(figures: readonly HistoryFigure[]): string | undefined {
  const [newest] = figures;
  if (!newest || newest.better === 'neither' || figures.some(({ value }) => value <= 0)) return undefined;
  const past = figures
    .slice(1)
    .filter(({ matrix, host }) => matrix === newest.matrix && host === newest.host)
    .toReversed();
  if (past.length === 0) return 'no run before it with this matrix on this host';
  const [judged] = judgeTrends([
    { name: newest.name, unit: newest.unit, better: newest.better, past, now: newest.value },
  ]);
  if (!judged) return undefined;
  const { verdict, change, chance, floor, since, needed } = judged;
  const usual =
    floor && past.length > 1
      ? `; nine of ten runs before lay within ${formatShare(floor.low)} to ${formatShare(floor.high)} of their median`
      : '';
  switch (verdict) {
    case 'slower':
    case 'faster':
      return (
        `${verdict} by ${formatShare(change.by)}${since ? ` since ${since.runId}` : ''}, ` +
        `by chance ${describeChance(chance)}${usual}`
      );
    case 'same':
      return `the same${usual}`;
    case 'cant-tell':
      return `too few runs to judge by: ${needed ?? 0} more would do${usual}`;
    default:
      return verdict satisfies never;
  }
}
