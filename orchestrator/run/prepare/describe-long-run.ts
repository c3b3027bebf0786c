import { formatDuration } from '../../../reports/text/format.ts';
import { type NeedsFreshGuest, groupCells } from '../../plan/boot-groups.ts';
import { estimateCells } from '../../plan/estimate.ts';
import type { Cell } from '../../model/cell.ts';

/** A night's run ends before the next; one that does not is more likely a slip of the finger than meant. */
const LONG_SEC = 24 * 3600;

interface RunSize {
  readonly cells: readonly Cell[];
  readonly repeat: number;
  readonly split: number;
  readonly jobs?: number;
  readonly cores: number;
}

/**
 * A sentence for a run that by its tests' estimates takes more than a day, with what makes it less; undefined for any
 * other.
 */
export function describeLongRun(
  { cells, repeat, split, jobs, cores }: RunSize,
  needsFreshGuest: NeedsFreshGuest,
): string | undefined {
  const admitted = Math.floor(cores / Math.min(...cells.map(({ guest }) => guest.cpus)));
  // More guests than cores share those: they end no sooner.
  const guests = Math.max(1, Math.min(jobs ?? admitted, cores, groupCells(cells).length * split));
  const roundSec = estimateCells(cells, needsFreshGuest) / guests;
  if (roundSec * repeat <= LONG_SEC) return undefined;
  const [round, whole] = [roundSec, roundSec * repeat].map((seconds) => formatDuration(Math.ceil(seconds) * 1000));
  const rounds = repeat > 1 ? `: ${repeat} rounds of ${round} each` : '';
  return (
    `this run takes about ${whole}${rounds}, ` +
    `${guests === 1 ? 'one guest at a time' : `${guests} guests at once`}; ` +
    `${repeat > 1 ? 'a smaller --repeat, or fewer cells by --filter, make' : 'fewer cells by --filter make'} it less`
  );
}
