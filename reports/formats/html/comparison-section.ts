import { countFigures } from '../../figures/list-figures.ts';
import { plural } from '../../text/format.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import type { TestSummary } from '../../fold/summary.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import { type ComparedTest, isAlarm } from '../../verdicts/compared-test.ts';
import { describeOdds, describeSince, isListed, VERDICT_LOOKS } from '../../verdicts/describe-verdict.ts';
import { type DifferenceList, listDifferences } from '../../verdicts/list-differences.ts';
import { type Verdict, VERDICTS } from '../../verdicts/verdict.ts';
import type { Anchors } from './anchors.ts';
import { renderFigures } from './figures-section.ts';
import { type Find, renderFinds } from './find-entry.ts';
import { html, type Markup } from './markup.ts';
import { present } from '../../../orchestrator/model/present.ts';

const MAX_LISTED = 200;
const MAX_EXCERPTS = 10;

/** What the section needs of the rest of the page. */
export interface ComparisonContext {
  readonly anchors: Anchors;
  readonly stripOf: (cell: string, test: Pick<TestSummary, 'name' | 'outcome'>) => Markup | undefined;
}

/** What got worse since the baseline, and what else changed; nothing for a run without one. */
export function renderComparison(comparison: Comparison | undefined, context: ComparisonContext): Markup {
  if (!comparison) return html``;
  const { base, tests, totals, figures = [], onlyBase, onlyNow, kernels } = comparison;
  const groups = VERDICTS.map((verdict) => ({
    verdict,
    found: tests.filter((test) => test.verdict === verdict && isListed(test)),
  })).filter(({ found }) => found.length > 0);
  const title = kernels ? `${kernels.now} against ${kernels.base}` : `Since ${base.runId}`;
  const counts = VERDICTS.filter((verdict) => totals[verdict] > 0).map(
    (verdict, index) => html`${index === 0 ? '' : ', '}${renderCount(verdict, totals[verdict])}`,
  );
  return html`<section aria-labelledby="since"><h2 id="since">${title}</h2>
<p class="faint">Baseline: ${base.kernels.join(', ')}. ${counts}
    ${figures.length > 0 && html`; <a href="#figures">${countFigures(figures)}</a>`}
    </p>
${groups.map(({ verdict, found }) => renderGroup(verdict, found, context))}
    ${renderFigures(figures, ({ cell, test }) => context.anchors.test(cell, test))}
    ${kernels && listDifferences(kernels).map(renderDifference)}
    ${renderAlone(kernels ? kernels.base : 'the baseline', onlyBase)}
    ${renderAlone(kernels ? kernels.now : 'this run', onlyNow)}
    </section>
`;
}

function renderDifference({ title, lines }: DifferenceList): Markup {
  return html`
    <details class="verdict">
      <summary><span class="word">${title}</span></summary>
      <pre>${lines.join('\n')}</pre>
    </details>
`;
}

function renderCount(verdict: Verdict, count: number): Markup {
  return verdict === 'missing'
    ? html`${count} ${verdict}`
    : html`<a href="#verdict=${verdict}">${count} ${verdict}</a>`;
}

function renderGroup(verdict: Verdict, found: readonly ComparedTest[], context: ComparisonContext): Markup {
  const { as } = VERDICT_LOOKS[verdict];
  const alarm = found.some(isAlarm);
  const finds = found.slice(0, MAX_LISTED).map((test) => toFind(test, context));
  const more = found.length - MAX_LISTED;
  return html`
    <details class="verdict"${alarm && html` data-print="" open`}>
      <summary class="${as}"><span class="word">${MARKS[as]} ${found.length} ${verdict}</span></summary>
${renderFinds(finds, alarm ? MAX_EXCERPTS : 0)}
      ${more > 0 && html`<p class="faint">… and ${more} more in comparison.json</p>`}
    </details>
`;
}

function toFind(compared: ComparedTest, { anchors, stripOf }: ComparisonContext): Find {
  const { cell, test, base, now, verdict, message, evidence, signatures } = compared;
  const since = describeSince(compared);
  const href = now === undefined ? anchors.cell(cell) : anchors.test(cell, test);
  const strip = now && stripOf(cell, { name: test, outcome: now });
  return {
    test,
    cell,
    as: VERDICT_LOOKS[verdict].as,
    change: `${base ?? 'absent'} → ${now ?? 'absent'}`,
    facts: [...(since === undefined ? [] : [since]), describeOdds(compared)],
    ...present({ href, message, evidence, signatures, strip }),
  };
}

function renderAlone(where: string, cells: readonly string[]): Markup | undefined {
  if (cells.length === 0) return undefined;
  const names = html`<span class="mono">${cells.slice(0, 50).join(', ')}</span>`;
  return html`<p class="faint">${plural(cells.length, 'cell')} of ${where} alone, not compared: ${names}</p>
`;
}
