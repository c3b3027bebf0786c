import type { RunSummary } from '../../fold/summary.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import { VERDICTS } from '../../verdicts/verdict.ts';
import { html, type Markup } from './markup.ts';
import { showTotals } from './shown-totals.ts';

const HINT = 'Search tests: name, cell, message, evidence';
const NO_HELP = html`autocomplete="off" spellcheck="false"`;
const SEARCH = html`
  <input type="search" name="q" aria-label="Search tests" placeholder="${HINT}" ${NO_HELP} aria-keyshortcuts="/" />`;

/** Search and filters over the tests; the page's script shows it, for without one it does nothing. */
export function renderFilter(
  summary: Pick<RunSummary, 'totals' | 'cells'>,
  comparison: Comparison | undefined,
): Markup {
  const kernels = [...new Set(summary.cells.map(({ kernel }) => kernel))];
  const outcomes = showTotals(summary).filter(({ name }) => name !== 'excluded');
  const verdicts = comparison
    ? VERDICTS.filter((verdict) => verdict !== 'missing' && comparison.totals[verdict] > 0)
    : [];
  return html`<form class="filter" role="search">${SEARCH}
${renderChoice('outcome', 'Any outcome', [
  ['attention', 'needs a look'],
  ...outcomes.map(({ name, count }) => [name, `${name} (${count})`] as const),
])}
${
  verdicts.length === 0
    ? undefined
    : renderChoice(
        'verdict',
        'Any verdict',
        verdicts.map((verdict) => [verdict, `${verdict} (${comparison?.totals[verdict] ?? 0})`]),
      )
}
${
  kernels.length < 2
    ? undefined
    : renderChoice(
        'kernel',
        'Any kernel',
        kernels.map((kernel) => [kernel, kernel]),
      )
}
<button type="reset">Clear</button> <output class="faint"></output></form>
`;
}

function renderChoice(
  name: string,
  any: string,
  options: readonly (readonly [value: string, label: string])[],
): Markup {
  return html`
    <select name="${name}" aria-label="${name}">
      <option value="">${any}</option>
      ${options.map(([value, label]) => html`<option value="${value}">${label}</option>`)}
    </select>`;
}
