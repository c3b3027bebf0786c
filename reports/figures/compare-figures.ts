import type { Metric } from '../../orchestrator/model/outcome.ts';
import { median } from '../text/median.ts';
import type { CellSummary } from '../fold/summary.ts';
import { collectFigures, type MeasuredFigure } from './collect-figures.ts';
import type { Change } from './estimate-change.ts';
import { FIGURE_VERDICTS, type FigureVerdict, judgeFigures } from './judge-figure.ts';
import { judgeTrends, type PastFigure, type TrendJudgement } from './judge-trend.ts';

/** One figure of a test, judged. */
export interface ComparedFigure
  extends Pick<Metric, 'name' | 'unit'>, Pick<TrendJudgement, 'since' | 'told' | 'floor' | 'needed'> {
  /** By repeats on both sides, or by the runs before. */
  readonly by: 'repeats' | 'runs';
  readonly cell: string;
  readonly test: string;
  readonly better: 'higher' | 'lower';
  readonly verdict: FigureVerdict;
  /** Medians, and of how many values: repeats, or runs. */
  readonly base: Measured;
  readonly now: Measured;
  readonly change: Change;
  readonly chance: number;
  /** The first patch of a series with which it is so. */
  readonly firstBad?: string;
}

interface Measured {
  readonly median: number;
  readonly count: number;
}

/** What became of a figure in the runs before, on the same host, oldest first. */
export type PastFigures = (cell: string, test: string, figure: Pick<Metric, 'name' | 'unit'>) => readonly PastFigure[];

/** The same cell on both sides. */
export interface CellPair {
  readonly base: CellSummary;
  readonly now: CellSummary;
}

/** A worse figure is as much to look at as a failure, once. */
export function isFigureAlarm({ verdict, told }: Pick<ComparedFigure, 'verdict' | 'told'>): boolean {
  return verdict === 'slower' && told !== true;
}

/** Judges figures whose repeats were measured in turns, the worst first; those that only one side has are left out. */
export function compareRepeats(pairs: readonly CellPair[]): readonly ComparedFigure[] {
  return judgeSamples(pairs.flatMap(samplesOf));
}

/**
 * Judges figures of a run, the worst first. Counted instructions are the same in every run, so repeats in the baseline
 * will do. What depends on the host's mood is judged by all the runs before.
 */
export function compareOverRuns(pairs: readonly CellPair[], pastOf: PastFigures): readonly ComparedFigure[] {
  const counted = pairs
    .flatMap(samplesOf)
    .filter(({ unit, base, now }) => unit === 'instructions' && base.length > 1 && now.length > 1);
  const done = new Set(counted.map((sample) => `${sample.cell}\0${keyOf(sample)}`));
  const trends = pairs.flatMap(({ now: cell }) =>
    collectFigures(cell).flatMap(({ values, ...figure }) => {
      const past = done.has(`${cell.id}\0${keyOf(figure)}`) ? [] : pastOf(cell.id, figure.test, figure);
      return past.length === 0 ? [] : [{ ...figure, cell: cell.id, past, now: median(values) }];
    }),
  );
  const judged = judgeTrends(trends).map(({ past, now, ...figure }): ComparedFigure => ({
    ...figure,
    by: 'runs',
    base: measure(past.map(({ value }) => value)),
    now: { median: now, count: 1 },
  }));
  return worstFirst([...judgeSamples(counted), ...judged]);
}

type Sample = Omit<MeasuredFigure, 'values'> & {
  readonly cell: string;
  readonly base: readonly number[];
  readonly now: readonly number[];
};

function samplesOf({ base, now }: CellPair): readonly Sample[] {
  const before = new Map(collectFigures(base).map((figure) => [keyOf(figure), figure.values]));
  return collectFigures(now).flatMap(({ values, ...figure }) => {
    const was = before.get(keyOf(figure));
    return was ? [{ ...figure, cell: now.id, base: was, now: values }] : [];
  });
}

function judgeSamples(samples: readonly Sample[]): readonly ComparedFigure[] {
  return worstFirst(
    judgeFigures(samples).map(({ base, now, ...figure }) => ({
      ...figure,
      by: 'repeats',
      base: measure(base),
      now: measure(now),
    })),
  );
}

function worstFirst(figures: readonly ComparedFigure[]): readonly ComparedFigure[] {
  return figures.toSorted((a, b) => FIGURE_VERDICTS.indexOf(a.verdict) - FIGURE_VERDICTS.indexOf(b.verdict));
}

function keyOf({ test, name, unit }: Omit<MeasuredFigure, 'values'>): string {
  return `${test}\0${name}\0${unit}`;
}

function measure(values: readonly number[]): Measured {
  return { median: median(values), count: values.length };
}
