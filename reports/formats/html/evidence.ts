import { cleanText } from '../../text/clean-text.ts';
import { plural } from '../../text/format.ts';
import { html, type Markup } from './markup.ts';

/**
 * A guest's own words: the first lines in sight, the rest a click away, nothing in a box that scrolls.
 * @param lines so many are shown at first
 */
export function renderEvidence(text: string, lines = 14): Markup {
  const all = cleanText(text).trimEnd().split('\n');
  // Two lines are not worth a click.
  if (all.length <= lines + 2) return html`<pre>${all.join('\n')}</pre>`;
  const rest = all.slice(lines);
  return html`
    <pre>${all.slice(0, lines).join('\n')}</pre>
    <details class="rest">
      <summary>${plural(rest.length, 'more line')}</summary>
      <pre>${rest.join('\n')}</pre>
    </details>`;
}
