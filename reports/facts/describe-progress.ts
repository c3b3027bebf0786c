import { plural } from '../text/format.ts';
import { countOutcomes, sumTotals } from '../fold/outcomes.ts';
import type { Totals } from '../fold/summary.ts';

/** How far a run has come that goes on: `16 of 36 tests`. Outcomes that no test has may be absent. */
export function describeProgress(totals: Partial<Totals>): string {
  const whole = { ...countOutcomes([]), ...totals, excluded: 0 };
  const all = sumTotals(whole);
  return `${all - whole.unreached} of ${plural(all, 'test')}`;
}
