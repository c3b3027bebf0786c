/**
 * All that runs in the browser: a run that goes on is pushed to its page, and the page is loaded again once it has
 * ended. The markup comes from `live-panel.ts`, in which all text is escaped; while somebody's focus is on a link in
 * it, it stays as it is.
 */
export const LIVE_SCRIPT = `'use strict';
for (const panel of document.querySelectorAll('[data-progress]')) {
  const source = new EventSource(panel.dataset.progress);
  source.addEventListener('progress', (event) => { if (!panel.contains(document.activeElement)) panel.innerHTML = event.data; });
  source.addEventListener('end', () => { source.close(); location.reload(); });
  addEventListener('pagehide', () => source.close());
}
`;
