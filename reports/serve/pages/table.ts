import { html, type Markup } from '../../formats/html/markup.ts';

export interface Table {
  /** What a screen reader calls it. */
  readonly name: string | { readonly by: string };
  /** Classes of the style. */
  readonly look: string;
  readonly columns: readonly string[];
  readonly rows: readonly Markup[];
}

/** A table that scrolls sideways by itself where the screen is too narrow for it. */
export function renderTable({ name, look, columns, rows }: Table): Markup {
  const label = typeof name === 'string' ? html`aria-label="${name}"` : html`aria-labelledby="${name.by}"`;
  return html`
    <div class="scroll" tabindex="0" role="region" ${label}>
      <table class="${look}">
        <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
        <tbody>
${rows}</tbody></table></div>`;
}
