import { formatDuration, formatTotals } from '../../text/format.ts';
import type { PastOf } from '../../history/query-history.ts';
import type { RunSummary } from '../../fold/summary.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import type { ComparedTest } from '../../verdicts/compared-test.ts';
import { indexCompared } from '../../verdicts/index-compared.ts';
import { findAnchors } from './anchors.ts';
import { renderAttention } from './attention-section.ts';
import { renderCells, type TestKnowledge } from './cells-section.ts';
import { renderComparison } from './comparison-section.ts';
import { renderCoverage } from './coverage-section.ts';
import { renderPlots } from './plots-section.ts';
import { renderFilter } from './filter-bar.ts';
import { renderHeat } from './heat-section.ts';
import { renderStrip } from './history-strip.ts';
import { renderKernel } from './kernel-section.ts';
import { html, type Markup } from './markup.ts';
import { renderHead } from './head-section.ts';
import { pageScript } from './page-script.ts';
import { STYLE } from './style.ts';
import { renderTime } from './time-section.ts';

/** What a server puts around the page, whose policy is then the server's to send. */
export interface ServerFrame {
  /** For the page's head. */
  readonly head: Markup;
  /** Above its content, below the link that skips it. */
  readonly top: Markup;
}

/** What the page may show beside the run. */
export interface PageExtras {
  /** What became of each test in earlier runs. */
  readonly pastOf?: PastOf | undefined;
  readonly frame?: ServerFrame;
  /** Where a test's runs are listed in full: its strip then leads there. */
  readonly trendOf?: (cell: string, test: string) => string;
}

/**
 * `report.html` in pieces: one file, nothing fetched, no script but its own; the policy in its head holds it to that.
 */
export function* renderHtml(
  summary: RunSummary,
  comparison?: Comparison,
  { pastOf, frame, trendOf }: PageExtras = {},
): Generator<string> {
  const anchors = findAnchors(summary);
  const findCompared = indexCompared(comparison);
  const knowledge: TestKnowledge = {
    verdictOf: (cell, test) => findCompared(cell, test)?.verdict,
    stripOf: (cell, { name, outcome }) =>
      linkTo(trendOf?.(cell, name), pastOf && renderStrip(pastOf(cell, name), outcome)),
  };
  const sections = [
    comparison
      ? renderComparison(comparison, { anchors, stripOf: knowledge.stripOf })
      : renderAttention(summary, knowledge.stripOf),
    renderHeat(summary, countNewFailures(comparison)),
    renderKernel(summary, anchors),
    renderPlots(summary),
    renderCoverage(summary),
  ];
  yield openPage(`pmemrig ${summary.matrix}: ${formatTotals(summary.totals)}`, frame).markup;
  yield html`<a class="skip-link" href="#tests">Skip to the tests</a>
${frame?.top}${renderHead(summary, comparison)}${renderSections(sections)}<main>
${sections}<section id="tests" aria-labelledby="tests-title"><h2 id="tests-title">Tests</h2>
${renderFilter(summary, comparison)}`.markup;
  yield* renderCells(summary, knowledge);
  yield '</section>\n';
  yield renderRest(summary).markup;
  yield '</main></body></html>\n';
}

function linkTo(href: string | undefined, label: Markup | undefined): Markup | undefined {
  return href === undefined || label === undefined ? label : html`<a href="${href}">${label}</a>`;
}

/** Links to the headings; the markup of a section is its own, so they are read from it. */
function renderSections(sections: readonly Markup[]): Markup {
  const headings = sections.flatMap(({ markup }) =>
    Array.from(
      markup.matchAll(/<h2 id="([\w-]+)">([^<]*)<\/h2>/g),
      ([, id = '', title = '']) => html`<a href="#${id}">${{ markup: title }}</a> `,
    ),
  );
  return html`<nav class="sections" aria-label="Sections">${headings}<a href="#tests">Tests</a></nav>
`;
}

function countNewFailures(comparison: Comparison | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const fresh = (comparison?.tests ?? []).filter(({ verdict }: ComparedTest) => verdict === 'new-failure');
  for (const { cell } of fresh) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return counts;
}

function renderRest(summary: RunSummary): Markup {
  const { excluded, stages, notes } = summary;
  const left = excluded.map(({ id, reason }) => html`<tr><td class="mono">${id}</td><td>${reason}</td></tr>`);
  const made = stages.map(
    ({ stage, detail, status, durationMs }) => html`
      <tr>
        <th scope="row">${stage}</th>
        <td class="short">${status}</td>
        <td class="mono">${detail}</td>
        <td class="num">${durationMs !== undefined && formatDuration(durationMs)}</td>
      </tr>`,
  );
  const said = notes.map((note) => html`<li>${note}</li>`);
  return html`${left.length > 0 && renderSection('excluded', 'Left out', html`<table>${left}</table>`)}
${made.length > 0 && renderSection('stages', 'Kernels and images', html`<table>${made}</table>`)}
${renderTime(summary)}${said.length > 0 && renderSection('notes', 'Notes', html`<ul>${said}</ul>`)}
`;
}

/** Up to the body's beginning. */
function openPage(title: string, frame?: ServerFrame): Markup {
  const { code, source } = pageScript();
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${source}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${frame === undefined && html`<meta http-equiv="Content-Security-Policy" content="${{ markup: policy }}">`}
    <title>${title}</title>
<style>${{ markup: STYLE }}</style><script>${{ markup: code }}</script>${frame?.head}</head><body>
`;
}

function renderSection(id: string, title: string, body: Markup): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
}
