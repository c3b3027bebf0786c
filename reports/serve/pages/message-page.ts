import { html } from '../../formats/html/markup.ts';
import { renderPage } from './layout.ts';

/** A page that has nothing to show but why. */
export function renderMessagePage(title: string, message: string, remedy?: string): string {
  return renderPage({
    title,
    body: html`
      <h1>${title}</h1>
      <p>${message}</p>
      ${remedy !== undefined && html`<p class="faint">${remedy}</p>`}
      <p><a href="/">All runs</a></p>`,
  });
}
