import { plural } from '../../text/format.ts';
import { groupBy } from '../../text/group-by.ts';
import { html, type Markup } from '../../formats/html/markup.ts';
import type { PastRun } from '../../history/query-history.ts';
import { nameState, type RunState } from '../../fold/run-state.ts';
import type { ShortComparison } from '../runs/alarm-counts.ts';
import { renderChips } from './chips.ts';
import { renderTime } from './format-time.ts';
import { renderPage } from './layout.ts';
import { runLink } from './links.ts';
import { renderTable } from './table.ts';

/** A run as its line in the list has it. */
export interface ListedRun extends Pick<PastRun, 'runId' | 'matrix' | 'startedAt' | 'totals' | 'known'> {
  readonly state: RunState;
  /** `latest`, `pinned:v6.12`, `last green`. */
  readonly marks: readonly string[];
  /** Present if the run has a baseline. */
  readonly comparison?: ShortComparison;
  /** Its folder was removed; what its tests came to is known. */
  readonly isGone: boolean;
}

export interface RunsPage {
  readonly runsDir: string;
  /** Newest first. */
  readonly runs: readonly ListedRun[];
  /** How many runs are listed of each matrix. */
  readonly last: number;
  /** Only this one. */
  readonly matrix?: string;
  /** A sentence for each journal that cannot be read. */
  readonly leftOut: readonly string[];
}

/** All runs, one table a matrix; any two of a matrix can be put side by side. */
export function renderRunsPage({ runsDir, runs, last, matrix, leftOut }: RunsPage): string {
  const matrices = groupBy(
    matrix === undefined ? runs : runs.filter((run) => run.matrix === matrix),
    (run) => run.matrix,
  );
  const body = html`<h1>${matrix === undefined ? 'Runs' : `Runs of ${matrix}`}</h1>
${matrices.size === 0 && renderNoRun(runsDir, matrix)}
${[...matrices].map(([name, own], index) => renderMatrix(name, own, last, index))}${renderLeftOut(leftOut)}`;
  return renderPage({ title: 'Runs', part: 'runs', body });
}

function renderNoRun(runsDir: string, matrix: string | undefined): Markup {
  const what = matrix === undefined ? 'No run' : `No run of ${matrix}`;
  const first = html`The first one: <code>pmemrig run matrices/smoke.yaml</code>`;
  return html`<p>${what} is known in <code>${runsDir}</code>. ${first}</p>`;
}

function renderMatrix(matrix: string, runs: readonly ListedRun[], last: number, index: number): Markup {
  const shown = runs.slice(0, last);
  const id = `matrix-${index}`;
  const all = `/?${new URLSearchParams({ matrix, last: String(runs.length) }).toString()}`;
  const isChoice = shown.filter(({ isGone }) => !isGone).length > 1;
  const table = renderTable({
    name: { by: id },
    look: 'runs',
    columns: [...(isChoice ? ['Base', 'New'] : []), 'Started (UTC)', 'Run', 'Since its baseline', 'Tests'],
    rows: shown.map((run, place) => renderRow(run, isChoice ? place : undefined)),
  });
  return html`<section><h2 id="${id}">${matrix}</h2>
<form action="/compare">${table}
<p class="tools">
    ${isChoice && html`<button>Compare the two</button>`}
    ${runs.length > shown.length && html`<a href="${all}">all ${plural(runs.length, 'run')}</a>`}
    </p></form></section>
`;
}

function renderRow(
  { runId, startedAt, state, marks, comparison, isGone, totals, known }: ListedRun,
  place: number | undefined,
): Markup {
  const choice = (name: 'base' | 'run', label: string, isChosen: boolean): Markup => html`
    <td class="choice">
      ${
        !isGone &&
        html`
        <label>
          <input type="radio" name="${name}" value="${runId}"${isChosen && html` checked`}>${' '}
          <span>${label}<span class="sr"> ${runId}</span></span>
        </label>`
      }
    </td>`;
  const choices =
    place !== undefined && html`${choice('base', 'base', place === 1)}${choice('run', 'new', place === 0)}`;
  const name = isGone
    ? html`${runId} <span class="mark">removed</span>`
    : html`<a href="${runLink(runId)}">${runId}</a>`;
  const isCut = state !== 'finished' && state !== 'running';
  return html`
    <tr>
      ${choices}
      <td>${renderTime(startedAt)}</td>
      <td class="mono">
        ${name} ${marks.map((mark) => html`<span class="mark">${mark}</span>`)}
        ${state === 'running' && html`<span class="mark running">running</span>`}
      </td>
      <td>${renderComparison(comparison, state)}</td>
      <td class="wide">
        ${renderChips(totals, known)}
        ${isCut && html`<span class="infra"><span class="word">${nameState(state)}</span></span>`}
      </td>
    </tr>
`;
}

function renderComparison(comparison: ShortComparison | undefined, state: RunState): Markup {
  if (comparison === undefined) return html`<span class="faint">no baseline</span>`;
  if (comparison.alarms > 0) return html`<span class="alarm">${plural(comparison.alarms, 'alarm')}</span>`;
  if (comparison.isUnknown) return html`<span class="faint">${describeUnknown(state)}</span>`;
  return html`nothing worse${state !== 'finished' && ' so far'}`;
}

function describeUnknown(state: RunState): string {
  if (state === 'finished') return 'every verdict is unknown';
  return state === 'running' ? 'nothing compared yet' : 'ended before it compared';
}

function renderLeftOut(leftOut: readonly string[]): Markup | undefined {
  if (leftOut.length === 0) return undefined;
  return html`
    <section aria-labelledby="unread">
      <h2 id="unread">Not read</h2>
      <ul>${leftOut.map((line) => html`<li>${line}</li>`)}</ul>
    </section>
`;
}
