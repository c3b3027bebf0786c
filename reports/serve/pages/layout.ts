import { html, type Markup } from '../../formats/html/markup.ts';
import { LIVE, SCRIPT, STYLESHEET } from '../assets/assets.ts';

/** Which part of the site a page belongs to. */
type Part = 'runs' | 'tests';

export interface Page {
  readonly title: string;
  readonly part?: Part;
  readonly body: Markup;
}

/** A whole page, of text that is escaped already. */
export function renderPage({ title, part, body }: Page): string {
  return html`<!doctype html>
<html lang="en">
    <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>${title} · pmemrig</title>
<link rel="stylesheet" href="${STYLESHEET.path}"><script src="${SCRIPT.path}"></script></head><body>
<a class="skip-link" href="#main">Skip to the content</a>
${renderNav(part, html`<button type="button" class="theme">Theme</button>`)}<main id="main">
${body}</main></body></html>
`.markup;
}

/** What a run's report has in its head beside its own: it brings style and script with it. */
export function renderReportHead(): Markup {
  return html`<link rel="stylesheet" href="${STYLESHEET.path}"><script src="${LIVE.path}" defer></script>
`;
}

/** What stands above a run's report, which has a way to its content and a choice of colours of its own. */
export function renderReportTop(): Markup {
  return renderNav('runs');
}

function renderNav(part: Part | undefined, theme?: Markup): Markup {
  const link = (name: Part, href: string, text: string): Markup =>
    html`<a href="${href}"${part === name ? html` aria-current="true"` : undefined}>${text}</a>`;
  return html`
    <nav class="site" aria-label="pmemrig">
      <a class="home" href="/">pmemrig</a>
      ${link('runs', '/', 'Runs')}
      ${link('tests', '/tests', 'Tests')}
      <form action="/tests">
        <input type="search" name="q" aria-label="Find a test" placeholder="Find a test: generic/413">
        <button>Find</button>
      </form>
      ${theme}
    </nav>
`;
}
