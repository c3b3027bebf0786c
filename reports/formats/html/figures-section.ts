import type { ComparedFigure } from '../../figures/compare-figures.ts';
import { type FigureLine, type FigureList, listFigures } from '../../figures/list-figures.ts';
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
  return html`<div id="figures">${lists.map((list) => renderList(list, linkTo))}</div>
`;
}

function renderList(
  { verdict, alarm, title, lines, note }: FigureList,
  linkTo: (line: FigureLine) => string | undefined,
): Markup {
  const as = FIGURE_LOOKS[verdict];
  const shown = lines.slice(0, MAX_LISTED).map((line) => renderLine(line, linkTo(line)));
  const more = lines.length - MAX_LISTED;
  return html`
    <details class="verdict"${alarm && html` data-print="" open`}>
      <summary class="${as}"><span class="word">${MARKS[as]} ${title}</span></summary>
${note !== undefined && html`<p class="faint">${note}</p>`}
      ${shown.length > 0 && html`<ul>${shown}</ul>`}
      ${more > 0 && html`<p class="faint">… and ${more} more</p>`}
    </details>
`;
}

function renderLine({ cell, test, change, why }: FigureLine, href: string | undefined): Markup {
  const name =
    href === undefined ? html`<span class="mono">${test}</span>` : html`<a class="mono" href="${href}">${test}</a>`;
  return html`
    <li>
      ${name} <span class="mono faint">${cell}</span><br>
      ${change}${why !== undefined && html`<br><span class="faint">${why}</span>`}
    </li>
`;
}
