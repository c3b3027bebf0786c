import prettyBytes from 'pretty-bytes';
import { html } from '../../formats/html/markup.ts';
import { renderPage } from './layout.ts';
import { fileLink, filesLink, runLink } from './links.ts';
import { renderTable } from './table.ts';
import type { FolderEntry } from '../runs/open-artifact.ts';

/** A guest's folder can hold thousands of a suite's files. */
const MAX_LISTED = 2000;

/**
 * What a folder of a run holds. `path` is relative to the run, without a slash at either end; empty for the run itself.
 */
export function renderFilesPage(runId: string, path: string, entries: readonly FolderEntry[]): string {
  const parts = path === '' ? [] : path.split('/');
  const way = parts.map((part, index) => {
    const above = `${parts.slice(0, index + 1).join('/')}/`;
    return html` / ${index === parts.length - 1 ? part : html`<a href="${fileLink(runId, above)}">${part}</a>`}`;
  });
  const table = renderTable({
    name: 'files',
    look: 'lines',
    columns: ['Name', 'Size'],
    rows: entries.slice(0, MAX_LISTED).map(({ name, isFolder, sizeBytes }) => {
      const [href, label] = [[...parts, name].join('/'), name].map((each) => `${each}${isFolder ? '/' : ''}`);
      return html`
        <tr>
          <td class="mono"><a href="${fileLink(runId, href ?? '')}">${label}</a></td>
          <td class="num">${isFolder ? '' : prettyBytes(sizeBytes)}</td>
        </tr>
`;
    }),
  });
  const more = entries.length - MAX_LISTED;
  const body = html`<h1>Files</h1>
<p class="mono"><a href="${runLink(runId)}">${runId}</a> / <a href="${filesLink(runId)}">files</a>${way}</p>
${table}${more > 0 && html`<p class="faint">… and ${more} more</p>`}`;
  return renderPage({ title: `Files of ${runId}`, part: 'runs', body });
}
