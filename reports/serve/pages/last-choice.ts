import { html, type Markup } from '../../formats/html/markup.ts';

const CHOICES = [30, 100, 365];

/** How far a trend looks back, unless the address says otherwise. */
export const DEFAULT_LAST = 100;

/** A longer trend is more than a page can show. */
export const MAX_LAST = 2000;

/** How many runs a trend looks back: links to the same page with another number. */
export function renderLast(href: string, last: number): Markup {
  const choices = CHOICES.map((choice) =>
    choice === last ? html`<b>${choice}</b> ` : html`<a href="${`${href}&last=${choice}`}">${choice}</a> `,
  );
  return html`<p class="tools" role="group" aria-label="how many runs">Newest ${choices} runs</p>
`;
}
