import { profileCells, profileHead, profileRun } from '../../facts/profile.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { formatDuration } from '../../text/format.ts';
import { html, type Markup } from './markup.ts';

/** Where the time of a run went up to the last event of its journal; nothing on a run without any phase. */
export function renderTime(summary: Pick<RunSummary, 'time' | 'guests'>): Markup {
  const profile = profileRun(summary);
  if (summary.time.spans.size === 0) return html``;
  const { wallMs, firstTestMs } = profile;
  const first = firstTestMs === undefined ? '' : `, the first test began after ${formatDuration(firstTestMs)}`;
  const [name = '', ...numbers] = profileHead(profile);
  const rows = profile.rows.map((row) => {
    const [phase = '', ...cells] = profileCells(row, profile);
    return html`<tr><th scope="row">${phase}</th>${cells.map((cell) => html`<td class="num">${cell}</td>`)}</tr>
`;
  });
  return html`<section><h2 id="time">Time</h2>
<p class="faint">${formatDuration(wallMs)} to the end of the guests${first}. What goes on side by side shares the time.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="time"><table><thead><tr><th scope="col">${name}</th>${numbers.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div></section>
`;
}
