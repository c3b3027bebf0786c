import { html } from '../../formats/html/markup.ts';
import { renderTest } from '../../formats/html/test-entry.ts';
import type { CellSummary, RunSummary, TestSummary } from '../../fold/summary.ts';
import { renderTime } from './format-time.ts';
import { renderPage } from './layout.ts';
import { filesLink, metricLink, runLink, testLink } from './links.ts';

/**
 * One test of one run: every attempt with its evidence and files. Its address lies in the run's, so that links to files
 * lead there.
 */
export function renderEvidencePage(
  { runId, startedAt, host }: Pick<RunSummary, 'runId' | 'startedAt' | 'host'>,
  cell: CellSummary,
  test: TestSummary,
): string {
  const guest = cell.guests.at(-1);
  const metrics = [...new Set(test.attempts.flatMap((attempt) => attempt.metrics.map(({ name }) => name)))];
  const links = metrics.map((name) => html`<a class="mono" href="${metricLink(test.name, name, cell.id)}">${name}</a>`);
  const run = html`<a class="mono" href="${runLink(runId)}">${runId}</a>`;
  const kernel = guest && html`, Linux ${guest.kernelRelease}`;
  const body = html`<h1 class="mono">${test.name}</h1>
<p>In <code>${cell.id}</code>, run ${run}, ${renderTime(startedAt)} UTC on ${host}${kernel}.</p>
<p class="tools">
    <a href="${testLink(test.name, cell.id)}">This test over the runs</a>${' '}
    <a href="${filesLink(runId)}">Files of the run</a>
    </p>
${renderTest(test)}
${links.length > 0 && html`<h2>Figures over the runs</h2><p class="tools">${links}</p>`}`;
  return renderPage({ title: test.name, part: 'runs', body });
}
