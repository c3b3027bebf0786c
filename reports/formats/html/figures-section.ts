import type { ComparedFigure } from '../../figures/compare-figures.ts';
import { type FigureLine, listFigures } from '../../figures/list-figures.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { FIGURE_LOOKS } from '../../verdicts/describe-verdict.ts';
import { html, type Markup } from './markup.ts';

const MAX_LISTED = 200;

/**
 * Figures by verdict, with what makes each credible; nothing where none was judged.
 * @param linkTo where a test's own entry is
 */
export function renderFigures(
  figures: readonly ComparedFigure[],
  linkTo: (line: FigureLine) => string | undefined,
): Markup {
  const lists = listFigures(figures);
  if (lists.length === 0)
    return figures.length === 0
      ? html``
      : html`<p id="figures" class="faint">No figure changed.</p>
`;
  return html`<div id="figures">${lists.map(
    ({
      verdict,
      alarm,
      title,
      lines,
      note,
    }) => html`<details class="verdict"${alarm ? html` data-print="" open` : undefined}><summary class="${FIGURE_LOOKS[verdict]}"><span class="word">${MARKS[FIGURE_LOOKS[verdict]]} ${title}</span></summary>
${note === undefined ? undefined : html`<p class="faint">${note}</p>`}${lines.length === 0 ? undefined : html`<ul>${lines.slice(0, MAX_LISTED).map((line) => renderLine(line, linkTo(line)))}</ul>`}${lines.length > MAX_LISTED ? html`<p class="faint">… and ${lines.length - MAX_LISTED} more</p>` : undefined}</details>
`,
  )}</div>
`;
}

function renderLine({ cell, test, change, why }: FigureLine, href: string | undefined): Markup {
  return html`<li>${href === undefined ? html`<span class="mono">${test}</span>` : html`<a class="mono" href="${href}">${test}</a>`} <span class="mono faint">${cell}</span><br>${change}${why === undefined ? undefined : html`<br><span class="faint">${why}</span>`}</li>
`;
}
