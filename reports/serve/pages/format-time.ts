import { html, type Markup } from '../../formats/html/markup.ts';

/** `2026-11-23 02:00`, UTC, of an ISO 8601 time. */
export function formatTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

export function renderTime(iso: string): Markup {
  return html`<time datetime="${iso}">${formatTime(iso)}</time>`;
}
