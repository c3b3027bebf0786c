import { plural } from '../../text/format.ts';
import type { TestRate } from '../../history/query-rates.ts';
import { html, type Markup } from '../../formats/html/markup.ts';
import { renderPage } from './layout.ts';
import { testLink } from './links.ts';
import { renderTable } from './table.ts';

/** More rows than this are too many to search by eye. */
const MAX_LISTED = 200;

export interface TestsPage {
  /** Those that fail most first. */
  readonly rates: readonly TestRate[];
  /** A part of a name. */
  readonly search: string;
  /** The rates are over so many runs of each matrix. */
  readonly last: number;
}

/** All tests that any run knows, the worst first. */
export function renderTestsPage({ rates, search, last }: TestsPage): string {
  const found = rates.filter(({ test }) => test.includes(search));
  const rows = found.slice(0, MAX_LISTED).map(renderRow);
  const more = found.length - MAX_LISTED;
  const body = html`<h1>${search === '' ? 'Tests' : html`Tests with <code>${search}</code>`}</h1>
<p class="faint">${plural(found.length, 'test')}, by how often they failed in the newest ${last} runs of each matrix.
    ${search !== '' && html` <a href="/tests">All tests</a>`}
    </p>
${rows.length > 0 && renderTable({ name: 'tests', look: 'lines', columns: ['Test', 'Failed', 'Cells'], rows })}
    ${more > 0 && html`<p class="faint">… and ${plural(more, 'more test')}: search for a part of the name</p>`}`;
  return renderPage({ title: 'Tests', part: 'tests', body });
}

function renderRow({ test, failed, of, cells }: TestRate): Markup {
  const rate =
    failed === 0
      ? html`<span class="faint">0 of ${of}</span>`
      : html`<span class="fail"><span class="word">${failed}</span></span> of ${of}`;
  return html`
    <tr>
      <td class="mono wide"><a href="${testLink(test)}">${test}</a></td>
      <td>${of === 0 ? 'did not run' : rate}</td>
      <td class="num">${cells}</td>
    </tr>
`;
}
