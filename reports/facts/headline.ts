import { formatDuration, formatTotals, plural } from '../text/format.ts';
import { countKnown, sumTotals } from '../fold/outcomes.ts';
import type { RunSummary } from '../fold/summary.ts';

/** `2 fail, 40 pass: 42 tests in 12 cells, 12 guests booted, 3m 20s`. */
export function formatHeadline({ totals, cells, guests, repeat, durationMs }: RunSummary): string {
  const tests = `${plural(sumTotals(totals) - totals.excluded, 'test')}${repeat > 1 ? `, each ${repeat} times,` : ''}`;
  return (
    `${formatTotals(totals, countKnown(cells.flatMap((cell) => cell.tests)))}: ` +
    `${tests} in ${plural(cells.length, 'cell')}, ${describeGuests(guests)}, ` +
    formatDuration(durationMs)
  );
}

/** A sentence for a run that did not just finish. */
export function describeEnding({ ending }: RunSummary): string | undefined {
  const why = ending.message === undefined ? '.' : `: ${ending.message}${/[.?!]$/.test(ending.message) ? '' : '.'}`;
  switch (ending.reason) {
    case 'finished':
      return undefined;
    case 'interrupted':
      return `The run was interrupted${why}`;
    case 'user':
      return `The run stopped for an error in its input${why}`;
    case 'infra':
      return `The rig gave up${why}`;
    case 'running':
      return `Still running, ${ending.message ?? 'from its beginning'}.`;
    case 'cut-off':
      return 'The journal has no end: the controller was killed, or is still at work.';
    default:
      return ending.reason satisfies never;
  }
}

/** `12 guests booted`, `4 guests booted, 8 forked`, `1 guest forked`. */
export function describeGuests(guests: RunSummary['guests']): string {
  const forked = guests.filter(({ template }) => template !== undefined).length;
  const booted = guests.length - forked;
  if (forked === 0) return `${plural(booted, 'guest')} booted`;
  return booted === 0 ? `${plural(forked, 'guest')} forked` : `${plural(booted, 'guest')} booted, ${forked} forked`;
}
