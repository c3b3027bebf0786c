import prettyBytes from 'pretty-bytes';
import { html } from '../../formats/html/markup.ts';
import { renderPage } from './layout.ts';
import { fileLink, filesLink, runLink } from './links.ts';
import type { FolderEntry } from '../runs/open-artifact.ts';

/** A guest's folder can hold thousands of a suite's files. */
const MAX_LISTED = 2000;

/**
 * What a folder of a run holds. `path` is relative to the run, without a slash at either end; empty for the run itself.
 */
export function renderFilesPage(runId: string, path: string, entries: readonly FolderEntry[]): string {
  const parts = path === '' ? [] : path.split('/');
  const body = html`<h1>Files</h1>
<p class="mono"><a href="${runLink(runId)}">${runId}</a> / <a href="${filesLink(runId)}">files</a>${parts.map((part, index) => html` / ${index === parts.length - 1 ? part : html`<a href="${fileLink(runId, `${parts.slice(0, index + 1).join('/')}/`)}">${part}</a>`}`)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="files"><table class="lines"><thead><tr><th scope="col">Name</th><th scope="col">Size</th></tr></thead><tbody>
${entries.slice(0, MAX_LISTED).map(
  ({
    name,
    isFolder,
    sizeBytes,
  }) => html`<tr><td class="mono"><a href="${fileLink(runId, `${[...parts, name].join('/')}${isFolder ? '/' : ''}`)}">${name}${isFolder ? '/' : ''}</a></td><td class="num">${isFolder ? '' : prettyBytes(sizeBytes)}</td></tr>
`,
)}</tbody></table></div>${entries.length > MAX_LISTED ? html`<p class="faint">… and ${entries.length - MAX_LISTED} more</p>` : undefined}`;
  return renderPage({ title: `Files of ${runId}`, part: 'runs', body });
}
