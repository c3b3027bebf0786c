import { formatDuration, formatMetricValue, plural } from '../../text/format.ts';
import { groupBy } from '../../text/group-by.ts';
import { failureRate } from '../../history/failure-rate.ts';
import type { HistoryFigure } from '../../history/query-metrics.ts';
import type { HistoryLine } from '../../history/query-history.ts';
import { html, type Markup } from '../../formats/html/markup.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { median } from '../../text/median.ts';
import { FAILURES } from '../../fold/outcomes.ts';
import { formatTime, renderTime } from './format-time.ts';
import { renderPage } from './layout.ts';
import { evidenceLink, metricLink, testLink } from './links.ts';
import { renderLast } from './last-choice.ts';
import { renderSpark, renderTrend } from './trend-chart.ts';
import { present } from '../../../orchestrator/model/present.ts';

export interface TestPage {
  readonly test: string;
  /** A part of a cell's id, or all of it. */
  readonly cell?: string;
  readonly last: number;
  /** Newest first, all cells of a run together. */
  readonly lines: readonly HistoryLine[];
  readonly figures: readonly HistoryFigure[];
  /** Whether the run's files are still there. */
  readonly isThere: (runId: string) => boolean;
}

/** Of many cells only what is wrong is listed run by run. */
const OPEN_CELLS = 3;
/** Beyond these the names are enough: a hundred charts are too many to read. */
const MAX_CELLS = 24;

/**
 * What became of a test over the runs, cell by cell: how often it failed, on which kernels, how long it took, and where
 * the evidence is.
 */
export function renderTestPage(page: TestPage): string {
  const { test, cell, last, lines } = page;
  // By name: which comes first should not depend on what the newest run had.
  const cells = groupBy(
    lines.toSorted((a, b) => a.cell.localeCompare(b.cell)),
    (line) => line.cell,
  );
  const figures = groupBy(page.figures, (figure) => figure.cell);
  const body = html`<h1 class="mono">${test}</h1>
<p class="faint">${cell === undefined ? `In ${plural(cells.size, 'cell')}.` : html`In cells with <code>${cell}</code>. <a href="${testLink(test)}">All cells</a>`}</p>
${renderLast(testLink(test, cell), last)}
${[...cells].slice(0, MAX_CELLS).map(([id, own], index) => renderCell(id, own, figures.get(id) ?? [], { ...page, isOpen: cells.size <= OPEN_CELLS, index }))}
${cells.size > MAX_CELLS ? html`<h2>${plural(cells.size - MAX_CELLS, 'more cell')}</h2><ul>${[...cells.keys()].slice(MAX_CELLS).map((id) => html`<li><a class="mono" href="${testLink(test, id)}">${id}</a></li>`)}</ul>` : undefined}`;
  return renderPage({ title: test, part: 'tests', body });
}

function renderCell(
  cell: string,
  lines: readonly HistoryLine[],
  figures: readonly HistoryFigure[],
  { test, isThere, isOpen, index }: TestPage & { readonly isOpen: boolean; readonly index: number },
): Markup {
  const { failed, of } = failureRate(lines);
  const id = `cell-${index}`;
  const ran = lines
    .filter(({ outcome }) => outcome === 'pass' || outcome === 'flaky' || FAILURES.has(outcome))
    .toReversed();
  return html`<section aria-labelledby="${id}"><h2 id="${id}"><a class="mono" href="${testLink(test, cell)}">${cell}</a></h2>
<p>${of === 0 ? 'It never ran.' : `Failed in ${failed} of ${plural(of, 'run')} in which it ran.`}</p>
${renderStrip(lines, isThere)}${
    ran.length < 2
      ? undefined
      : html`<div class="scroll" tabindex="0" role="region" aria-label="durations in ${cell}">${renderTrend(
          ran.map(({ run, durationMs, outcome }) => ({
            value: durationMs,
            title: `${formatTime(run.startedAt)} ${outcome}, ${formatDuration(durationMs)}`,
            ...present({ release: run.kernelRelease }),
          })),
          `Durations of ${plural(ran.length, 'run')}, median ${formatDuration(median(ran.map(({ durationMs }) => durationMs)))}`,
          formatDuration,
        )}</div>`
  }${renderFigures(test, cell, figures)}<details${isOpen ? html` open` : undefined}><summary>${plural(lines.length, 'run')}, the newest first</summary>
<div class="scroll" tabindex="0" role="region" aria-label="runs in ${cell}"><table class="lines stack"><thead><tr><th scope="col">Outcome</th><th scope="col">Run (UTC)</th><th scope="col">Kernel</th><th scope="col">Took</th><th scope="col">Attempts</th><th scope="col">Why</th></tr></thead><tbody>
${lines.map((line) => renderLine(line, isThere))}</tbody></table></div></details></section>
`;
}

/** Oldest first. For the pointer alone: the table below has the same links for the keyboard. */
function renderStrip(lines: readonly HistoryLine[], isThere: TestPage['isThere']): Markup {
  const inOrder = lines.toReversed();
  let release: string | undefined;
  return html`<ol class="over-runs" aria-hidden="true">${inOrder.map(({ run, cell, test, outcome }) => {
    const isNewKernel = run.kernelRelease !== undefined && release !== undefined && run.kernelRelease !== release;
    release = run.kernelRelease ?? release;
    const title = `${formatTime(run.startedAt)} ${outcome}, ${run.kernelRelease ?? 'no kernel'}${isNewKernel ? ' (new)' : ''}`;
    return html`<li class="${outcome}${isNewKernel ? ' kernel' : ''}"><a tabindex="-1" title="${title}"${isThere(run.runId) ? html` href="${evidenceLink(run.runId, cell, test)}"` : undefined}></a></li>`;
  })}</ol>
`;
}

function renderLine(
  { run, cell, test, outcome, durationMs, attempts, failed, message }: HistoryLine,
  isThere: TestPage['isThere'],
): Markup {
  const time = renderTime(run.startedAt);
  return html`<tr class="${outcome}"><td><span class="word">${MARKS[outcome]} ${outcome}</span></td><td>${isThere(run.runId) ? html`<a href="${evidenceLink(run.runId, cell, test)}">${time}</a>` : html`${time} <span class="mark">removed</span>`}</td><td class="mono">${run.kernelRelease ?? 'none'}</td><td class="num" data-label="took">${formatDuration(durationMs)}</td><td data-label="attempts">${attempts > 1 ? `${failed} of ${attempts} failed` : attempts}</td><td class="wide">${message}</td></tr>
`;
}

function renderFigures(test: string, cell: string, figures: readonly HistoryFigure[]): Markup | undefined {
  if (figures.length === 0) return undefined;
  return html`<details open><summary>Figures</summary><div class="scroll" tabindex="0" role="region" aria-label="figures in ${cell}"><table class="lines stack"><thead><tr><th scope="col">Figure</th><th scope="col">Newest</th><th scope="col">Median</th><th scope="col">Oldest to newest</th></tr></thead><tbody>
${[...groupBy(figures, ({ name }) => name)].map(([name, own]) => {
  const [newest] = own;
  if (!newest) return html``;
  return html`<tr><td class="mono whole"><a href="${metricLink(test, name, cell)}">${name}</a></td><td class="num" data-label="newest">${formatMetricValue(newest)}</td><td class="num" data-label="median">${formatMetricValue({ ...newest, value: median(own.map(({ value }) => value)) })}</td><td>${renderSpark(own.toReversed().map(({ value }) => value))}</td></tr>
`;
})}</tbody></table></div></details>`;
}
