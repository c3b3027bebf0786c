import { plural } from './format.ts';
import { countOutcomes, sumTotals } from './outcomes.ts';
import type { Totals } from './summary.ts';

/** How far a run has come that goes on: `16 of 36 tests`. Outcomes that no test has may be absent. */
export function describeProgress(totals: Partial<Totals>): string {
  const whole = { ...countOutcomes([]), ...totals, excluded: 0 };
  const all = sumTotals(whole);
  return `${all - whole.unreached} of ${plural(all, 'test')}`;
}
