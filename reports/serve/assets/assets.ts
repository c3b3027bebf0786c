import { createHash } from 'node:crypto';
import { pageScript } from '../../formats/html/page-script.ts';
import { STYLE } from '../../formats/html/style.ts';
import { SERVE_STYLE } from './style.ts';

/** A file that pages fetch from us; its address changes with its content, so that it may be kept for ever. */
interface Asset {
  readonly path: string;
  readonly type: string;
  readonly content: string;
}

/**
 * All that runs in the browser. News of a run that goes on is pushed to its page; the page is loaded again once the run
 * has ended. The markup comes from `live-panel.ts`, in which all text is escaped. It stays as it is while somebody's
 * focus is on a link in it.
 */
const LIVE_SCRIPT = `'use strict';
for (const panel of document.querySelectorAll('[data-progress]')) {
  const source = new EventSource(panel.dataset.progress);
  source.addEventListener('progress', (event) => {
    if (!panel.contains(document.activeElement)) panel.innerHTML = event.data;
  });
  source.addEventListener('end', () => { source.close(); location.reload(); });
  addEventListener('pagehide', () => source.close());
}
`;

export const STYLESHEET = makeAsset('css', 'text/css; charset=utf-8', `${STYLE}${SERVE_STYLE}`);
/** The choice of colours, as in the reports. */
export const SCRIPT = makeAsset('js', 'text/javascript; charset=utf-8', pageScript().code);
export const LIVE = makeAsset('js', 'text/javascript; charset=utf-8', LIVE_SCRIPT);
export const ASSETS: readonly Asset[] = [STYLESHEET, SCRIPT, LIVE];

function makeAsset(extension: string, type: string, content: string): Asset {
  return {
    path: `/assets/${createHash('sha256').update(content).digest('hex').slice(0, 12)}.${extension}`,
    type,
    content,
  };
}
