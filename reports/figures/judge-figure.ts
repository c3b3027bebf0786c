import type { Metric } from '../../orchestrator/model/outcome.ts';
import { type Change, estimateChange } from './estimate-change.ts';
import { adjustChances } from './adjust-chances.ts';
import { leastChance, rankTest } from './rank-test.ts';

/**
 * `slower` and `faster` mean worse and better, for every figure. `cant-tell`: the values are too few or too far apart
 * for an answer.
 */
export type FigureVerdict = 'slower' | 'faster' | 'same' | 'cant-tell';

/** Those to be read first come first. */
export const FIGURE_VERDICTS = ['slower', 'faster', 'cant-tell', 'same'] as const satisfies readonly FigureVerdict[];

/** The same figure measured again and again on both sides. */
export interface FigureSample extends Pick<Metric, 'name' | 'unit'> {
  readonly better: 'higher' | 'lower';
  /** Positive, at least one. */
  readonly base: readonly number[];
  readonly now: readonly number[];
}

export interface FigureJudgement {
  readonly verdict: FigureVerdict;
  /** Change of the figure itself: +0.1 of a latency is worse, of a throughput better. */
  readonly change: Change;
  /** How likely the samples lie so far apart by chance, all figures that are judged at once considered, 0 to 1. */
  readonly chance: number;
  /** For `cant-tell`: repeats of each side that would be needed, as far as these show. */
  readonly needed?: number;
}

/** That any of all figures that are judged at once is reported as changed, and none has, happens at most this often. */
export const FALSE_ALARMS = 0.05;

/**
 * A change below `least` is not worth a word. One above `notable` must not be overlooked: where it cannot be ruled out,
 * the answer is `cant-tell`.
 */
interface Resolution {
  readonly least: number;
  readonly notable: number;
}

/** Counted instructions repeat within a percent, times do not. */
export function resolutionOf(unit: Metric['unit']): Resolution {
  return unit === 'instructions' ? { least: 0.01, notable: 0.02 } : { least: 0.02, notable: 0.05 };
}

/** Judges figures that were measured side by side, repeats in turns. */
export function judgeFigures<Sample extends FigureSample>(
  samples: readonly Sample[],
): readonly (Sample & FigureJudgement)[] {
  const chances = adjustChances(samples.map(({ base, now }) => rankTest(base, now)));
  return samples.map((sample, index) => ({ ...sample, ...judge(sample, chances[index] ?? 1, samples.length) }));
}

function judge({ base, now, better, unit }: FigureSample, chance: number, figures: number): FigureJudgement {
  const change = estimateChange(base, now);
  const { least, notable } = resolutionOf(unit);
  const { by, interval } = change;
  if (chance <= FALSE_ALARMS && Math.abs(by) >= least)
    return { verdict: by > 0 === (better === 'higher') ? 'faster' : 'slower', change, chance };
  if (interval && interval.low >= -notable && interval.high <= notable) return { verdict: 'same', change, chance };
  return {
    verdict: 'cant-tell',
    change,
    chance,
    needed: neededRepeats(Math.min(base.length, now.length), change, notable, figures),
  };
}

/** The interval narrows with the root of the number of repeats; below a number of them no ranks are unlikely enough. */
function neededRepeats(repeats: number, { by, interval }: Change, notable: number, figures: number): number {
  const width = interval ? Math.max(interval.high - by, by - interval.low) : 0;
  const fewest = fewestRepeats(figures);
  return Math.max(fewest, Math.ceil(repeats * (width / notable) ** 2), repeats + 1);
}

/** Repeats of each side with which one of so many figures can be found changed at all. */
export function fewestRepeats(figures: number): number {
  let repeats = 2;
  while (leastChance(repeats, repeats) * figures > FALSE_ALARMS) repeats += 1;
  return repeats;
}
