import { quantileSorted } from 'simple-statistics';
import type { Metric } from '../../orchestrator/model/outcome.ts';
import { median } from '../text/median.ts';
import type { RunPlace } from '../fold/past-test.ts';
import { adjustChances } from './adjust-chances.ts';
import { estimateChange } from './estimate-change.ts';
import { FALSE_ALARMS, type FigureJudgement, resolutionOf } from './judge-figure.ts';
import { leastChance, rankTest } from './rank-test.ts';
import { present } from '../../orchestrator/model/present.ts';

/** A figure as one run left it: of several repeats the median. */
export interface PastFigure {
  readonly value: number;
  readonly run: RunPlace;
}

/** A figure over the runs of a matrix on one host. */
export interface FigureTrend extends Pick<Metric, 'name' | 'unit'> {
  readonly better: 'higher' | 'lower';
  /** Oldest first; positive, as `now` is. */
  readonly past: readonly PastFigure[];
  readonly now: number;
}

export interface TrendJudgement extends FigureJudgement {
  /** The first run with the change; absent if that is this one. */
  readonly since?: RunPlace;
  /** The run before showed it already, and was reported with it. */
  readonly told?: true;
  /** Where the figure was before the change, as shares of its median: nine of ten runs lay within. */
  readonly floor?: { readonly low: number; readonly high: number };
}

/** A change is looked for in the last so many runs: what lasts longer has been reported. */
const NEWEST = 4;
/** Older runs say little of what is usual now. */
const WINDOW = 100;
/** Outside of what lies between, a rank test may find something. */
const USUAL = { low: 0.1, high: 0.9 };

/** The newest runs against those before. */
interface Split {
  readonly newest: number;
  readonly chance: number;
}

/**
 * Judges figures of one run by those of the runs before: the last one to four runs against up to a hundred before them,
 * by {@link rankTest}. A single odd run is reported only where many runs have never been so. A change that lasts is
 * reported within a few runs, once.
 */
export function judgeTrends<Trend extends FigureTrend>(trends: readonly Trend[]): readonly (Trend & TrendJudgement)[] {
  const splits = trends.map(findSplit);
  const chances = adjustChances(splits.map((split) => split?.chance ?? 1));
  return trends.map((trend, index) => ({
    ...trend,
    ...judge(trend, splits[index], chances[index] ?? 1, trends.length),
  }));
}

function judge(trend: FigureTrend, split: Split | undefined, chance: number, figures: number): TrendJudgement {
  const values = valuesOf(trend);
  const { least } = resolutionOf(trend.unit);
  const newest = split?.newest ?? 1;
  const [before, after] = [values.slice(0, -newest), values.slice(-newest)];
  if (before.length === 0) return { verdict: 'cant-tell', change: { by: 0 }, chance: 1, needed: fewestRuns(figures) };
  const change = estimateChange(before, after);
  const floor = floorOf(before);
  if (split && chance <= FALSE_ALARMS && Math.abs(change.by) >= least) {
    const since = newest === 1 ? undefined : trend.past.at(1 - newest)?.run;
    return {
      verdict: change.by > 0 === (trend.better === 'higher') ? 'faster' : 'slower',
      change,
      chance,
      floor,
      ...present({ since }),
      ...(wasReported(trend, change.by, figures) && { told: true }),
    };
  }
  const missing = fewestRuns(figures) - before.length;
  return missing > 0
    ? { verdict: 'cant-tell', change, chance, floor, needed: missing }
    : { verdict: 'same', change, chance, floor };
}

/** The split that is least likely by chance; that several were tried is considered. */
function findSplit(trend: FigureTrend): Split | undefined {
  const values = valuesOf(trend);
  const splits = Array.from({ length: Math.min(NEWEST, values.length - 1) }, (_, index) => index + 1).flatMap(
    (newest): Split[] => {
      const [before, after] = [values.slice(0, -newest), values.slice(-newest)];
      const sorted = before.toSorted((a, b) => a - b);
      const isUsual = (value: number): boolean =>
        value >= quantileSorted(sorted, USUAL.low) && value <= quantileSorted(sorted, USUAL.high);
      // What is usual needs no exact odds, there are thousands of figures in a night; and a change began with a run
      // that was not.
      if (before.length > 4 && (isUsual(median(after)) || isUsual(after[0] ?? 0))) return [];
      return [{ newest, chance: Math.min(1, rankTest(after, before) * NEWEST) }];
    },
  );
  return splits.toSorted((a, b) => a.chance - b.chance)[0];
}

/** Whether the run before would have been reported as changed in the same direction. */
function wasReported({ past, ...trend }: FigureTrend, by: number, figures: number): boolean {
  const last = past.at(-1);
  if (!last) return false;
  const earlier = { ...trend, past: past.slice(0, -1), now: last.value };
  const split = findSplit(earlier);
  if (!split || split.chance * figures > FALSE_ALARMS) return false;
  const values = valuesOf(earlier);
  return Math.sign(estimateChange(values.slice(0, -split.newest), values.slice(-split.newest)).by) === Math.sign(by);
}

function valuesOf({ past, now }: FigureTrend): readonly number[] {
  return [...past.slice(-WINDOW - NEWEST).map(({ value }) => value), now];
}

function floorOf(values: readonly number[]): NonNullable<TrendJudgement['floor']> {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = median(sorted);
  return { low: quantileSorted(sorted, 0.05) / middle - 1, high: quantileSorted(sorted, 0.95) / middle - 1 };
}

/** Earlier runs with which a change that lasts can be found at all, of so many figures. */
function fewestRuns(figures: number): number {
  let runs = 1;
  while (runs < WINDOW && leastChance(NEWEST, runs) * NEWEST * figures > FALSE_ALARMS) runs += 1;
  return runs;
}
