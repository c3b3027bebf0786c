import { plural } from '../format.ts';
import { MARKS } from '../marks.ts';
import type { RunSummary } from '../summary.ts';
import type { ComparedTest, Comparison } from '../verdicts/compare-runs.ts';
import { describeOdds, describeSince, isListed, summarizeVerdicts, VERDICT_LOOKS } from '../verdicts/describe-verdict.ts';
import { VERDICTS } from '../verdicts/verdict.ts';
import { html, type Markup } from './markup.ts';

const MAX_LISTED = 200;

/** What got worse since the baseline; nothing for a run without one. */
export function renderComparison(comparison: Comparison | undefined, { cells }: Pick<RunSummary, 'cells'>): Markup {
  if (!comparison) return html``;
  const { base, tests, totals, onlyBase, onlyNow } = comparison;
  const anchors = new Map(cells.map(({ id }, index) => [id, `#cell-${index}`]));
  const groups = VERDICTS.map((verdict) => ({ verdict, found: tests.filter((test) => test.verdict === verdict && isListed(test)) })).filter(({ found }) => found.length > 0);
  return html`<h2>Since ${base.runId}</h2>
<p>${summarizeVerdicts(totals)} <span class="faint">(baseline: ${base.kernels.join(', ')})</span></p>
${groups.map(
  ({ verdict, found }) => html`<details${VERDICT_LOOKS[verdict].alarm ? html` open` : undefined}><summary class="${VERDICT_LOOKS[verdict].as}"><span class="word">${MARKS[VERDICT_LOOKS[verdict].as]} ${found.length} ${verdict}</span></summary>
<div class="scroll"><table>${found.slice(0, MAX_LISTED).map((test) => renderRow(test, anchors.get(test.cell)))}</table>${found.length > MAX_LISTED ? html`<p class="faint">… and ${found.length - MAX_LISTED} more in comparison.json</p>` : undefined}</div></details>
`,
)}${renderAlone('the baseline', onlyBase)}${renderAlone('this run', onlyNow)}`;
}

function renderRow(test: ComparedTest, anchor: string | undefined): Markup {
  const since = describeSince(test);
  return html`<tr><td class="mono">${test.test}</td><td class="mono">${anchor === undefined ? test.cell : html`<a href="${anchor}">${test.cell}</a>`}</td><td>${test.base ?? 'absent'} → ${test.now ?? 'absent'}</td><td>${describeOdds(test)}${since === undefined ? undefined : `; ${since}`}</td><td>${test.message}</td></tr>
`;
}

function renderAlone(where: string, cells: readonly string[]): Markup | undefined {
  if (cells.length === 0) return undefined;
  return html`<p class="faint">${plural(cells.length, 'cell')} of ${where} alone, not compared: <span class="mono">${cells.slice(0, 50).join(', ')}</span></p>
`;
}
