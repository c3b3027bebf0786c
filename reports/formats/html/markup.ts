import { escapeMarkup } from '../../text/clean-text.ts';

/** Text that is HTML already; made by {@link html} alone, so what is not marked up here is always escaped. */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | undefined | Markup | readonly Markup[];

/** A template whose values are cleaned and escaped unless they are {@link Markup}. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { markup: String.raw({ raw: strings.raw }, ...values.map(toMarkup)) };
}

function toMarkup(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeMarkup(value);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}
