import { html, type Markup } from '../../formats/html/markup.ts';
import { formatTime } from './format-time.ts';
import { renderPage } from './layout.ts';
import type { ListedRun } from './runs-page.ts';

/** A list to choose from; older ones are found on the list of runs. */
const MAX_OFFERED = 300;

/** Asks for the two runs to put side by side; one may be known. */
export function renderChoosePage(
  runs: readonly ListedRun[],
  { base, run }: { readonly base: string; readonly run: string },
): string {
  const known = runs.find(({ runId }) => runId === run || runId === base);
  // Runs of the same matrix have cells in common.
  const offered = runs
    .filter(({ matrix, isGone }) => !isGone && (known === undefined || matrix === known.matrix))
    .slice(0, MAX_OFFERED);
  const earlier = offered.find(
    ({ runId, startedAt }) => runId !== run && (known === undefined || startedAt < known.startedAt),
  );
  const bases = renderChoice('base', offered, base === '' ? earlier?.runId : base);
  const newer = renderChoice('run', offered, run === '' ? undefined : run);
  const body = html`<h1>Two runs side by side</h1>
<form action="/compare">
    <p class="tools"><label>Base ${bases}</label> <label>Run ${newer}</label> <button>Compare the two</button></p>
    </form>`;
  return renderPage({ title: 'Two runs side by side', part: 'runs', body });
}

function renderChoice(name: string, runs: readonly ListedRun[], chosen: string | undefined): Markup {
  const options = runs.map(({ runId, startedAt, marks }) => {
    const text = `${formatTime(startedAt)} ${runId}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
    return html`<option value="${runId}"${runId === chosen && html` selected`}>${text}</option>`;
  });
  return html`<select name="${name}">${options}</select>`;
}
