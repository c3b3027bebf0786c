import { escapeMarkup } from '../../text/clean-text.ts';

/** Text that is HTML already; made by {@link html} alone, so what is not marked up here is always escaped. */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | false | undefined | Markup | readonly Markup[];

/** The text of each template without its layout. A page uses few templates, each many times. */
const texts = new WeakMap<TemplateStringsArray, readonly string[]>();

/**
 * A template whose values are cleaned and escaped unless they are {@link Markup}; undefined and false give nothing. A line
 * break before an indented line is layout of the source and left out; one before a line that is not indented stays.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let raw = texts.get(strings);
  if (!raw) texts.set(strings, (raw = strings.raw.map((text) => text.replaceAll(/\n +/g, ''))));
  let markup = raw[0] ?? '';
  for (const [index, value] of values.entries()) markup += toMarkup(value) + (raw[index + 1] ?? '');
  return { markup };
}

function toMarkup(value: Value): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeMarkup(value);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}
