import type { ComparedFigure } from './compare-figures.ts';
import type { Change } from './estimate-change.ts';

/** For a figure that each side measured once, or that spreads widely. */
const MANY_TIMES = 3;
/** For a figure that has surely changed. */
const SURELY_TIMES = 2;

/**
 * Whether a figure changed several times over, in either direction. What gets so much better may be work that is no
 * longer done, such as a flush, so it is shown with any verdict. A change within what is usual over the runs does not
 * count.
 */
export function isLeap({ verdict, change, floor }: Pick<ComparedFigure, 'verdict' | 'change' | 'floor'>): boolean {
  if (verdict === 'same' && (floor === undefined || (change.by >= floor.low && change.by <= floor.high))) return false;
  return timesOf(change) >= (verdict === 'slower' || verdict === 'faster' ? SURELY_TIMES : MANY_TIMES);
}

/** Whether it changed for the better. */
export function isGain({ better, change }: Pick<ComparedFigure, 'better' | 'change'>): boolean {
  return change.by > 0 ? better === 'higher' : better === 'lower';
}

/** `24.6 times more`, `6.3 times less`. */
export function describeTimes(change: Change): string {
  const times = timesOf(change);
  return `${times >= 100 ? Math.round(times) : times.toFixed(1)} times ${change.by > 0 ? 'more' : 'less'}`;
}

/** At least one. */
export function timesOf({ by }: Change): number {
  return by >= 0 ? 1 + by : 1 / (1 + by);
}
