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
import { renderTable } from './table.ts';
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

/** With more cells than this, the list of runs is folded. */
const OPEN_CELLS = 3;
/** Beyond these the names are enough: a hundred charts are too many to read. */
const MAX_CELLS = 24;

/**
 * What became of a test over the runs, cell by cell: how often it failed, on which kernels, how long it took. Each run
 * links to its evidence.
 */
export function renderTestPage(page: TestPage): string {
  const { test, cell, last, lines } = page;
  // By name: which comes first should not depend on what the newest run had.
  const cells = groupBy(
    lines.toSorted((a, b) => a.cell.localeCompare(b.cell)),
    (line) => line.cell,
  );
  const figures = groupBy(page.figures, (figure) => figure.cell);
  const where =
    cell === undefined
      ? html`In ${plural(cells.size, 'cell')}.`
      : html`In cells with <code>${cell}</code>. <a href="${testLink(test)}">All cells</a>`;
  const isOpen = cells.size <= OPEN_CELLS;
  const shown = [...cells].slice(0, MAX_CELLS);
  const more = [...cells.keys()]
    .slice(MAX_CELLS)
    .map((id) => html`<li><a class="mono" href="${testLink(test, id)}">${id}</a></li>`);
  const body = html`<h1 class="mono">${test}</h1>
<p class="faint">${where}</p>
${renderLast(testLink(test, cell), last)}
${shown.map(([id, own], index) => renderCell(id, own, figures.get(id) ?? [], { ...page, isOpen, index }))}
${more.length > 0 && html`<h2>${plural(more.length, 'more cell')}</h2><ul>${more}</ul>`}`;
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
  const table = renderTable({
    name: `runs in ${cell}`,
    look: 'lines stack',
    columns: ['Outcome', 'Run (UTC)', 'Kernel', 'Took', 'Attempts', 'Why'],
    rows: lines.map((line) => renderLine(line, isThere)),
  });
  return html`
    <section aria-labelledby="${id}">
      <h2 id="${id}"><a class="mono" href="${testLink(test, cell)}">${cell}</a></h2>
<p>${of === 0 ? 'It never ran.' : `Failed in ${failed} of ${plural(of, 'run')} in which it ran.`}</p>
${renderStrip(lines, isThere)}
      ${ran.length > 1 && renderDurations(cell, ran)}
      ${renderFigures(test, cell, figures)}
      <details${isOpen && html` open`}>
        <summary>${plural(lines.length, 'run')}, the newest first</summary>
${table}</details></section>
`;
}

function renderDurations(cell: string, ran: readonly HistoryLine[]): Markup {
  const middle = formatDuration(median(ran.map(({ durationMs }) => durationMs)));
  const chart = renderTrend(
    ran.map(({ run, durationMs, outcome }) => ({
      value: durationMs,
      title: `${formatTime(run.startedAt)} ${outcome}, ${formatDuration(durationMs)}`,
      ...present({ release: run.kernelRelease }),
    })),
    `Durations of ${plural(ran.length, 'run')}, median ${middle}`,
    formatDuration,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="durations in ${cell}">${chart}</div>`;
}

/** Oldest first. For the pointer alone: the table below has the same links for the keyboard. */
function renderStrip(lines: readonly HistoryLine[], isThere: TestPage['isThere']): Markup {
  const inOrder = lines.toReversed();
  let release: string | undefined;
  const bars = inOrder.map(({ run, cell, test, outcome }) => {
    const isNewKernel = run.kernelRelease !== undefined && release !== undefined && run.kernelRelease !== release;
    release = run.kernelRelease ?? release;
    const kernel = `${run.kernelRelease ?? 'no kernel'}${isNewKernel ? ' (new)' : ''}`;
    const href = isThere(run.runId) && html` href="${evidenceLink(run.runId, cell, test)}"`;
    return html`
      <li class="${outcome}${isNewKernel && ' kernel'}">
        <a tabindex="-1" title="${formatTime(run.startedAt)} ${outcome}, ${kernel}"${href}></a>
      </li>`;
  });
  return html`<ol class="over-runs" aria-hidden="true">${bars}</ol>
`;
}

function renderLine(
  { run, cell, test, outcome, durationMs, attempts, failed, message }: HistoryLine,
  isThere: TestPage['isThere'],
): Markup {
  const time = renderTime(run.startedAt);
  const link = isThere(run.runId)
    ? html`<a href="${evidenceLink(run.runId, cell, test)}">${time}</a>`
    : html`${time} <span class="mark">removed</span>`;
  return html`
    <tr class="${outcome}">
      <td><span class="word">${MARKS[outcome]} ${outcome}</span></td>
      <td>${link}</td>
      <td class="mono">${run.kernelRelease ?? 'none'}</td>
      <td class="num" data-label="took">${formatDuration(durationMs)}</td>
      <td data-label="attempts">${attempts > 1 ? `${failed} of ${attempts} failed` : attempts}</td>
      <td class="wide">${message}</td>
    </tr>
`;
}

function renderFigures(test: string, cell: string, figures: readonly HistoryFigure[]): Markup | undefined {
  if (figures.length === 0) return undefined;
  const table = renderTable({
    name: `figures in ${cell}`,
    look: 'lines stack',
    columns: ['Figure', 'Newest', 'Median', 'Oldest to newest'],
    rows: Array.from(
      groupBy(figures, ({ name }) => name),
      ([name, own]) => renderFigure(own, metricLink(test, name, cell)),
    ),
  });
  return html`<details open><summary>Figures</summary>${table}</details>`;
}

function renderFigure(own: readonly HistoryFigure[], href: string): Markup {
  const [newest] = own;
  if (!newest) return html``;
  const values = own.map(({ value }) => value);
  return html`
    <tr>
      <td class="mono whole"><a href="${href}">${newest.name}</a></td>
      <td class="num" data-label="newest">${formatMetricValue(newest)}</td>
      <td class="num" data-label="median">${formatMetricValue({ ...newest, value: median(values) })}</td>
      <td>${renderSpark(values.toReversed())}</td>
    </tr>
`;
}
