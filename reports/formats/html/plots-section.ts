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
const LEGEND = [
  'A dot is one attempt; of several the tick is the median,',
  'and of six or more the bar is what the true median lies within, in 95 of 100 cases.',
  'Scales begin at zero.',
].join(' ');

/** What was measured, one plot for each test's main figures, the kernels of one topology side by side. */
export function renderPlots({ cells }: Pick<RunSummary, 'cells'>): Markup {
  const plots = collectPlots(cells);
  if (plots.length === 0) return html``;
  const more = plots.length - MAX_PLOTS;
  return html`<section aria-labelledby="plots"><h2 id="plots">Measured</h2>
<p class="faint">${LEGEND}</p>
<div class="plots">${plots.slice(0, MAX_PLOTS).map(renderPlot)}</div>
${more > 0 && html`<p class="faint">… and ${plural(more, 'more plot')}: all figures stand with their tests below.</p>`}
    </section>
`;
}

function renderPlot({ test, metric, rows }: Plot): Markup {
  const better = metric.better !== 'neither' && html` <span class="faint">${metric.better} is better</span>`;
  return renderDotPlot({
    caption: html`<code>${test}</code> ${metric.name}${better}`,
    rows,
    format: (value) => formatMetricValue({ ...metric, value }),
  });
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
