import { describeProgress } from '../../facts/describe-progress.ts';
import { formatDuration } from '../../text/format.ts';
import type { RunFold } from '../../fold/fold.ts';
import { html, type Markup } from '../../formats/html/markup.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { needsAttention, OUTCOMES } from '../../fold/outcomes.ts';
import { describeElapsed } from '../../formats/terminal/live-frame.ts';
import { estimateSecondsLeft, paceOf, shareDone } from '../../formats/terminal/time-left.ts';
import { renderChips } from './chips.ts';
import { evidenceLink, progressLink } from './links.ts';

/** Failures beyond these are no news any more. */
const MAX_FAILURES = 20;
const MAX_ACTIVE = 20;

/**
 * The box on a run's page that the browser's script keeps up to date. Without a script it shows how far the run was
 * when the page was loaded.
 */
export function renderLivePanel(runId: string, fold: RunFold, nowMs: number): Markup {
  return html`
    <section class="live-panel" aria-label="progress" data-progress="${progressLink(runId)}">
      ${renderProgress(runId, fold, nowMs)}
    </section>
`;
}

/** How far a run has come, what it does now, and what has failed so far; `nowMs` in epoch ms. */
export function renderProgress(runId: string, fold: RunFold, nowMs: number): Markup {
  const pace = paceOf(fold, nowMs);
  const share = shareDone(pace);
  const left =
    fold.firstCellAt === undefined
      ? 'kernels and images are being made ready'
      : `about ${formatDuration(Math.ceil(estimateSecondsLeft(pace)) * 1000)} left`;
  return html`<p><span class="mark running">running</span> ${describeProgress(fold.totals)}, ${left}</p>
<progress max="1" value="${share.toFixed(3)}" aria-label="work done">${Math.floor(share * 100)} %</progress>
<p class="chips">${renderChips({ ...fold.totals, unreached: 0, excluded: 0 }, fold.known)}</p>
${renderActive(fold, nowMs)}${renderFailures(runId, fold)}`;
}

function renderActive(fold: RunFold, nowMs: number): Markup {
  const stages = [...fold.stages.values()]
    .filter(({ status }) => status === 'start')
    .map(({ stage, detail }) => html`<li>${stage} <span class="faint">${detail}</span></li>`);
  const cells = [...fold.cells.values()].filter(
    ({ startedAt, endedAt }) => startedAt !== undefined && endedAt === undefined,
  );
  const tests = cells.flatMap(({ plan, running, tests }) =>
    running.size === 0
      ? [html`<li><code class="faint">${plan.id}</code> between tests</li>`]
      : [...running.values()].map(({ test, since }) => {
          const elapsed = describeElapsed(nowMs - Date.parse(since), tests.get(test)?.estimateSec ?? 0);
          return html`
            <li>
              <code class="faint">${plan.id}</code> <code>${test}</code> <span class="faint">${elapsed}</span>
            </li>`;
        }),
  );
  return renderList([...stages, ...tests], MAX_ACTIVE);
}

function renderList(items: readonly Markup[], max: number): Markup {
  if (items.length === 0) return html``;
  const more = items.length - max;
  return html`<ul>${items.slice(0, max)}${more > 0 && html`<li class="faint">… and ${more} more</li>`}</ul>
`;
}

function renderFailures(runId: string, fold: RunFold): Markup {
  const failed = [...fold.cells.values()]
    .flatMap(({ plan, tests }) =>
      [...tests.values()].map(({ name, outcome, attempts }) => ({
        cell: plan.id,
        name,
        outcome,
        message: attempts.at(-1)?.message,
      })),
    )
    .filter(({ outcome }) => outcome !== 'unreached' && needsAttention(outcome))
    .toSorted((a, b) => OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome));
  const items = failed.map(({ cell, name, outcome, message }) => {
    const test = html`<a href="${evidenceLink(runId, cell, name)}"><code>${name}</code></a>`;
    return html`
      <li class="${outcome}">
        <span class="word">${MARKS[outcome]} ${outcome}</span> ${test} <code class="faint">${cell}</code> ${message}
      </li>`;
  });
  return renderList(items, MAX_FAILURES);
}
