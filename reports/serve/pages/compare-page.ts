import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { countFigures } from '../../figures/list-figures.ts';
import { plural } from '../../text/format.ts';
import { renderFigures } from '../../formats/html/figures-section.ts';
import { html, type Markup } from '../../formats/html/markup.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import type { Comparison, RunRef } from '../../verdicts/compare-runs.ts';
import type { ComparedTest } from '../../verdicts/compared-test.ts';
import {
  describeOdds,
  describeSince,
  isListed,
  summarizeVerdicts,
  VERDICT_LOOKS,
} from '../../verdicts/describe-verdict.ts';
import { type Verdict, VERDICTS } from '../../verdicts/verdict.ts';
import { renderTime } from './format-time.ts';
import { renderPage } from './layout.ts';
import { compareLink, evidenceLink, runLink, testLink } from './links.ts';
import { renderTable } from './table.ts';

/** Tests listed for one verdict; the rest is in `pmemrig compare --json`. */
const MAX_LISTED = 500;

/** Two runs side by side: what the newer did otherwise, the alarms first, each outcome a link to its evidence. */
export function renderComparePage(comparison: Comparison): string {
  const { base, now, tests, totals, figures = [], onlyBase, onlyNow } = comparison;
  const groups = VERDICTS.map((verdict) => ({
    verdict,
    found: tests.filter((test) => test.verdict === verdict && isListed(test)),
  })).filter(({ found }) => found.length > 0);

  const body = html`<h1>Two runs side by side</h1>
${base.startedAt > now.startedAt && renderTurn(base, now)}
<div class="scroll" tabindex="0" role="region" aria-label="the runs">
    <table><tbody>${renderRun('Base', base)}${renderRun('Run', now)}</tbody></table>
    </div>
<p><b>${summarizeVerdicts(totals)}</b>${figures.length > 0 && html`; ${countFigures(figures)}`}</p>
${groups.map(({ verdict, found }) => renderGroup(verdict, found, comparison))}
    ${renderFigures(figures, ({ test, cell }) => testLink(test, cell))}
    ${renderAlone('the baseline', onlyBase)}
    ${renderAlone('the run', onlyNow)}`;
  return renderPage({ title: `${base.runId} and ${now.runId}`, part: 'runs', body });
}

/** The same two, the older one as the base. */
function renderTurn(base: RunRef, now: RunRef): Markup {
  return html`
    <p class="infra">
      <span class="word">The baseline is the newer of the two.</span>${' '}
      <a href="${compareLink(now.runId, base.runId)}">The other way round</a>
    </p>`;
}

function renderRun(what: string, { runId, startedAt, kernels }: RunRef): Markup {
  return html`
    <tr>
      <th scope="row">${what}</th>
      <td class="mono"><a href="${runLink(runId)}">${runId}</a></td>
      <td>${renderTime(startedAt)}</td>
      <td class="mono">${kernels.join(', ')}</td>
    </tr>
`;
}

function renderGroup(verdict: Verdict, found: readonly ComparedTest[], { base, now }: Comparison): Markup {
  const { as } = VERDICT_LOOKS[verdict];
  const id = `verdict-${verdict}`;
  const table = renderTable({
    name: { by: id },
    look: 'lines stack',
    columns: ['Test', 'Base', 'Run', 'Odds', 'Why'],
    rows: found.slice(0, MAX_LISTED).map((test) => renderRow(test, base, now)),
  });
  const more = found.length - MAX_LISTED;
  return html`
    <section>
      <h2 id="${id}" class="${as}"><span class="word">${MARKS[as]} ${found.length} ${verdict}</span></h2>
${table}${more > 0 && html`<p class="faint">… and ${more} more</p>`}</section>
`;
}

function renderRow(compared: ComparedTest, base: RunRef, now: RunRef): Markup {
  const { cell, test, message } = compared;
  const since = describeSince(compared);
  const link = (run: RunRef, outcome: Outcome | undefined): Markup =>
    outcome === undefined
      ? html`absent`
      : html`
        <a class="${outcome}" href="${evidenceLink(run.runId, cell, test)}">
          <span class="word">${MARKS[outcome]} ${outcome}</span>
        </a>`;
  return html`
    <tr>
      <td class="wide">
        <a class="mono" href="${testLink(test, cell)}">${test}</a><br><span class="mono faint">${cell}</span>
      </td>
      <td data-label="base">${link(base, compared.base)}</td>
      <td data-label="run">${link(now, compared.now)}</td>
      <td class="wide">${describeOdds(compared)}${since !== undefined && `; ${since}`}</td>
      <td class="wide">${message}</td>
    </tr>
`;
}

function renderAlone(where: string, cells: readonly string[]): Markup | undefined {
  if (cells.length === 0) return undefined;
  const names = html`<span class="mono">${cells.slice(0, 50).join(', ')}${cells.length > 50 && ', …'}</span>`;
  return html`<p class="faint">${plural(cells.length, 'cell')} of ${where} alone, not compared: ${names}</p>
`;
}
