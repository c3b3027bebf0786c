import { findBlindKernels } from '../blind-kernels.ts';
import { formatDuration, formatTotals } from '../format.ts';
import { buildGrid } from '../grid.ts';
import { describeEnding, formatHeadline } from '../headline.ts';
import { MARKS } from '../marks.ts';
import { judgeCell, needsAttention, OUTCOMES } from '../outcomes.ts';
import { rerunCommand } from '../rerun-command.ts';
import type { CellSummary, RunSummary } from '../summary.ts';
import type { Comparison } from '../verdicts/compare-runs.ts';
import { renderComparison } from './comparison-section.ts';
import { renderCoverage } from './coverage-section.ts';
import { html, type Markup } from './markup.ts';
import { renderKernel } from './kernel-section.ts';
import { STYLE } from './style.ts';
import { encodePath, renderTest } from './test-entry.ts';

/** `report.html` in pieces: one file, no script, nothing fetched; the policy in its head holds it to that. */
export function* renderHtml(summary: RunSummary, comparison?: Comparison): Generator<string> {
  const title = `pmemrig ${summary.matrix}: ${formatTotals(summary.totals)}`;
  yield html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${title}</title>
<style>${{ markup: STYLE }}</style></head><body>
`.markup;
  yield renderHead(summary).markup;
  yield renderComparison(comparison, summary).markup;
  yield renderHeat(summary).markup;
  yield renderKernel(summary).markup;
  yield renderCoverage(summary).markup;
  yield html`<h2>Cells</h2>
`.markup;
  for (const [index, cell] of summary.cells.entries()) yield* renderCell(cell, index);
  yield renderRest(summary).markup;
  yield '</body></html>\n';
}

function renderHead(summary: RunSummary): Markup {
  const ending = describeEnding(summary);
  const rerun = rerunCommand(summary);
  const chips = OUTCOMES.filter((outcome) => summary.totals[outcome] > 0).map((outcome) => html`<span class="chip ${outcome}">${MARKS[outcome]} ${summary.totals[outcome]} ${outcome}</span>`);
  return html`<h1>pmemrig ${summary.matrix}</h1>
<p>${chips}</p>${ending === undefined ? undefined : html`<p class="infra"><span class="word">${ending}</span></p>`}${findBlindKernels(summary).map(({ warning }) => html`<p class="infra"><span class="word">${warning}</span></p>`)}
<p class="faint">${formatHeadline(summary)}. Run <code>${summary.runId}</code> on ${summary.host}, <time datetime="${summary.startedAt}">${summary.startedAt}</time>, pmemrig ${summary.version}.</p>
${rerun === undefined ? undefined : html`<p class="faint">Run the cells that failed again:</p><pre>${rerun}</pre>`}
`;
}

function renderHeat(summary: RunSummary): Markup {
  const { kernels, rows } = buildGrid(summary);
  const anchors = new Map(summary.cells.map((cell, index) => [cell, `#cell-${index}`]));
  const square = (cell: CellSummary | undefined): Markup => {
    if (cell === undefined) return html`<td></td>`;
    const { worst, totals } = judgeCell(cell);
    return html`<td class="${worst}"><a href="${anchors.get(cell)}">${MARKS[worst]} ${formatTotals(totals)}</a></td>`;
  };
  return html`<div class="scroll"><table class="heat"><tr><th></th>${kernels.map((kernel) => html`<th>${kernel}</th>`)}</tr>
${rows.map(({ label, cells }) => html`<tr><th>${label}</th>${cells.map(square)}</tr>
`)}</table></div>
`;
}

function* renderCell(cell: CellSummary, index: number): Generator<string> {
  const { worst, totals } = judgeCell(cell);
  const guest = cell.guests.at(-1);
  const took = cell.durationMs === undefined ? undefined : formatDuration(cell.durationMs);
  const open = needsAttention(worst) ? html` open` : undefined;
  yield html`<details id="cell-${index}"${open}><summary class="${worst}"><span class="word">${MARKS[worst]}</span><span class="mono">${cell.id}</span><span class="word">${formatTotals(totals)}</span><span class="faint">${took}</span></summary>
<div>${guest && html`<p class="faint">Linux ${guest.kernelRelease}, ${guest.accelerator}, booted in ${formatDuration(guest.bootMs)}, console log of ${cell.guests.map((each) => html`<a href="${encodePath(each.console)}">guest ${each.guest}</a> `)}</p>`}
`.markup;
  for (const test of cell.tests) yield renderTest(test).markup;
  yield '</div></details>\n';
}

function renderRest({ excluded, stages, notes }: RunSummary): Markup {
  return html`${excluded.length === 0 ? undefined : html`<h2>Excluded by the matrix</h2><div class="scroll"><table>${excluded.map(({ id, reason }) => html`<tr><td class="mono">${id}</td><td>${reason}</td></tr>`)}</table></div>`}
${stages.length === 0 ? undefined : html`<h2>Kernels and images</h2><div class="scroll"><table>${stages.map(({ stage, detail, status, durationMs }) => html`<tr><td>${stage}</td><td>${status}</td><td class="mono">${detail}</td><td class="num">${durationMs === undefined ? undefined : formatDuration(durationMs)}</td></tr>`)}</table></div>`}
${notes.length === 0 ? undefined : html`<h2>Notes</h2><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
`;
}
