import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { html, type Markup } from '../../formats/html/markup.ts';
import { splitKnown } from '../../formats/html/shown-totals.ts';

/**
 * What there is of each outcome, worst first, as the reports count it: `known` of the skips are failures that a list
 * knows.
 */
export function renderChips(totals: Readonly<Partial<Record<Outcome, number>>>, known: number): readonly Markup[] {
  return splitKnown(totals, known).map(
    ({ name, as, mark, count }) => html`<span class="chip ${as}">${mark} ${count} ${name}</span> `,
  );
}
