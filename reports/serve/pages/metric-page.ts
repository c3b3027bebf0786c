import { describeTrend } from '../../history/describe-trend.ts';
import { formatMetricValue, plural } from '../../text/format.ts';
import { groupBy } from '../../text/group-by.ts';
import type { HistoryFigure } from '../../history/query-metrics.ts';
import { html, type Markup } from '../../formats/html/markup.ts';
import { formatChange, median } from '../../text/median.ts';
import { formatTime, renderTime } from './format-time.ts';
import { renderLast } from './last-choice.ts';
import { renderPage } from './layout.ts';
import { evidenceLink, metricLink, testLink } from './links.ts';
import { renderTable } from './table.ts';
import { renderTrend } from './trend-chart.ts';
import { present } from '../../../orchestrator/model/present.ts';

export interface MetricPage {
  readonly test: string;
  readonly name: string;
  readonly cell?: string;
  readonly last: number;
  /** Newest first. */
  readonly figures: readonly HistoryFigure[];
  /** All figures that this test has. */
  readonly names: readonly string[];
  readonly isThere: (runId: string) => boolean;
}

const BETTER: Readonly<Record<HistoryFigure['better'], string>> = {
  higher: 'more is better',
  lower: 'less is better',
  neither: 'neither more nor less is better',
};

/** One figure of a test over the runs, cell by cell. */
export function renderMetricPage({ test, name, cell, last, figures, names, isThere }: MetricPage): string {
  const better = figures[0] === undefined ? '' : `; ${BETTER[figures[0].better]}`;
  const links = names.map((each) =>
    each === name ? html`<b>${each}</b>` : html`<a class="mono" href="${metricLink(test, each, cell)}">${each}</a>`,
  );
  const cells = [...groupBy(figures, (figure) => figure.cell)];
  const body = html`<h1 class="mono">${name}</h1>
<p class="faint">Of <a class="mono" href="${testLink(test, cell)}">${test}</a>${better}.
    ${cell !== undefined && html` In cells with <code>${cell}</code>. <a href="${metricLink(test, name)}">All cells</a>`}
    </p>
<p class="tools">${links}</p>
${renderLast(metricLink(test, name, cell), last)}
${cells.map(([id, own], index) => renderCell(id, own, index, { test, name, isThere }))}`;
  return renderPage({ title: `${name} of ${test}`, part: 'tests', body });
}

function renderCell(
  cell: string,
  figures: readonly HistoryFigure[],
  index: number,
  { test, name, isThere }: Pick<MetricPage, 'test' | 'name' | 'isThere'>,
): Markup {
  const [newest] = figures;
  if (!newest) return html``;
  const format = (value: number): string => formatMetricValue({ ...newest, value });
  const middle = median(figures.map(({ value }) => value));
  const trend = describeTrend(figures);
  const id = `cell-${index}`;
  const chart = renderTrend(
    figures.toReversed().map(({ run, value }) => {
      const kernel = run.kernelRelease === undefined ? '' : `, ${run.kernelRelease}`;
      return {
        value,
        title: `${formatTime(run.startedAt)} ${format(value)}${kernel}`,
        ...present({ release: run.kernelRelease }),
      };
    }),
    `${name} over ${plural(figures.length, 'run')}: newest ${format(newest.value)}, median ${format(middle)}`,
    format,
  );
  const table = renderTable({
    name: `values in ${cell}`,
    look: 'lines stack',
    columns: ['Run (UTC)', 'Kernel', 'Value', 'Against the median'],
    rows: figures.map(({ run, value }) => {
      const time = renderTime(run.startedAt);
      return html`
        <tr>
          <td>${isThere(run.runId) ? html`<a href="${evidenceLink(run.runId, cell, test)}">${time}</a>` : time}</td>
          <td class="mono">${run.kernelRelease ?? 'none'}</td>
          <td class="num">${format(value)}</td>
          <td class="num" data-label="against the median">${formatChange(value, middle)}</td>
        </tr>
`;
    }),
  });
  const middleOf = `median of ${plural(figures.length, 'run')} ${format(middle)}`;
  return html`
    <section aria-labelledby="${id}">
      <h2 id="${id}"><a class="mono" href="${metricLink(test, name, cell)}">${cell}</a></h2>
<p>Newest ${format(newest.value)}, ${middleOf}${trend !== undefined && `: ${trend}`}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="${name} in ${cell}">${chart}</div>
<details><summary>${plural(figures.length, 'run')}, the newest first</summary>${table}</details></section>
`;
}
