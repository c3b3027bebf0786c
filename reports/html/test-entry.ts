import { cleanText } from '../clean-text.ts';
import { formatDuration, formatHeadlineMetrics, formatMetricValue } from '../format.ts';
import { MARKS } from '../marks.ts';
import { otherFailedAttempts, tellingAttempt } from '../outcomes.ts';
import type { AttemptSummary, TestSummary } from '../summary.ts';
import { html, type Markup } from './markup.ts';

/** One test of a cell: a line, and what there is to show for it. */
export function renderTest(test: TestSummary): Markup {
  const told = tellingAttempt(test);
  const others = otherFailedAttempts(test);
  const tries = test.attempts.length > 1 ? `${test.attempts.length} attempts` : undefined;
  const facts = [told && formatDuration(told.durationMs), tries, formatHeadlineMetrics(told?.metrics ?? [])].filter(Boolean).join(' · ');
  return html`<div class="test ${test.outcome}"><span class="word">${MARKS[test.outcome]} ${test.outcome}</span> <span class="name mono">${test.name}</span> <span class="faint">${facts}</span>${test.message === undefined ? undefined : html`<p>${test.message}</p>`}${told && renderAttempt(told)}${others.map(renderOther)}</div>
`;
}

function renderOther(attempt: AttemptSummary): Markup {
  return html`<p class="${attempt.status}"><span class="word">attempt ${attempt.attempt}: ${attempt.status}</span> ${attempt.message}</p>${renderAttempt(attempt)}`;
}

function renderAttempt({ evidence, artifacts, metrics }: AttemptSummary): Markup {
  return html`${evidence === undefined ? undefined : html`<pre>${cleanText(evidence).trimEnd()}</pre>`}${artifacts.length === 0 ? undefined : html`<p class="faint">files: ${artifacts.map((path) => html`<a href="${encodePath(path)}"><code>${path}</code></a> `)}</p>`}${metrics.length === 0 ? undefined : html`<details><summary class="faint">${metrics.length} figures</summary><div class="scroll"><table>${metrics.map((metric) => html`<tr><td class="mono">${metric.name}</td><td class="num">${formatMetricValue(metric)}</td></tr>`)}</table></div></details>`}`;
}

/** A path relative to the run folder as a link: never another scheme or host, whatever the path says. */
export function encodePath(path: string): string {
  return `./${path.split('/').map((part) => encodeURIComponent(cleanText(part))).join('/')}`;
}
