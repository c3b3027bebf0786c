import type { Metric } from '../../../orchestrator/model/outcome.ts';
import { medianInterval } from '../../figures/median-interval.ts';
import { formatMetricValue, pickHeadlineMetrics, plural } from '../../text/format.ts';
import { median } from '../../text/median.ts';
import type { CellSummary, RunSummary } from '../../fold/summary.ts';
import { type DotRow, renderDotPlot } from './dot-plot.ts';
import { html, type Markup } from './markup.ts';
import { present } from '../../../orchestrator/model/present.ts';

const MAX_PLOTS = 24;
const PLOTS_A_TEST = 2;

/** What was measured, one plot for each test's main figures, the kernels of one topology side by side. */
export function renderPlots({ cells }: Pick<RunSummary, 'cells'>): Markup {
  const plots = collectPlots(cells);
  if (plots.length === 0) return html``;
  return html`<section aria-labelledby="plots"><h2 id="plots">Measured</h2>
<p class="faint">A dot is one attempt; of several the tick is the median, and of six or more the bar is what the true median lies within, in 95 of 100 cases. Scales begin at zero.</p>
<div class="plots">${plots.slice(0, MAX_PLOTS).map(({ test, metric, rows }) => renderDotPlot({ caption: html`<code>${test}</code> ${metric.name}${metric.better === 'neither' ? undefined : html` <span class="faint">${metric.better} is better</span>`}`, rows, format: (value) => formatMetricValue({ ...metric, value }) }))}</div>
${plots.length > MAX_PLOTS ? html`<p class="faint">… and ${plural(plots.length - MAX_PLOTS, 'more plot')}: all figures stand with their tests below.</p>` : undefined}</section>
`;
}

interface Plot {
  readonly test: string;
  readonly metric: Metric;
  readonly rows: DotRow[];
}

function collectPlots(cells: readonly CellSummary[]): readonly Plot[] {
  const plots = new Map<string, Plot>();
  // Kernels of one leg beside each other: they are what one compares.
  const ordered = cells.toSorted((a, b) => legOf(a).localeCompare(legOf(b)));
  for (const cell of ordered) {
    for (const { name, attempts } of cell.tests) {
      const passed = attempts.filter(({ status, metrics }) => status === 'pass' && metrics.length > 0);
      for (const metric of pickHeadlineMetrics(passed.at(-1)?.metrics ?? [], PLOTS_A_TEST)) {
        const values = passed.flatMap(({ metrics }) => metrics.find((each) => each.name === metric.name)?.value ?? []);
        const key = `${cell.suite} ${name} ${metric.name}`;
        const plot = plots.get(key) ?? { test: name, metric, rows: [] };
        const interval = medianInterval(values);
        plot.rows.push({
          label: `${cell.kernel}/${legOf(cell)}`,
          values,
          median: median(values),
          ...present({ interval }),
        });
        plots.set(key, plot);
      }
    }
  }
  return [...plots.values()];
}

function legOf({ pmem, filesystem }: CellSummary): string {
  return filesystem === 'none' ? pmem : `${pmem}/${filesystem}`;
}
