import { stripVTControlCharacters } from 'node:util';

/**
 * What no report may hold. XML 1.0 forbids C0 controls but tab and newline, DEL, C1, lone surrogates and the two
 * non-characters (https://www.w3.org/TR/xml/#charsets). With a bidirectional override, a guest's output could make a
 * line read as another.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu;

/** Most text is so, and a run has a great deal of it: one look spares three passes. */
const HARMLESS = /^[\t\n -~]*$/;

/**
 * Text from a guest, fit for XML, HTML, Markdown and a terminal. It has no ANSI sequences, `\n` alone ends a line, and
 * what is not a character shows as U+FFFD.
 */
export function cleanText(text: string): string {
  if (HARMLESS.test(text)) return text;
  return stripVTControlCharacters(text).replaceAll(/\r\n?/g, '\n').replaceAll(FORBIDDEN, '\u{fffd}');
}

/** White space that a line does not have: two in a row, other than a blank, at an end. */
const UNTIDY = /\s\s|[^\S ]|^ | $/;

/** {@link cleanText} on one line. */
export function cleanLine(text: string): string {
  const clean = cleanText(text);
  return UNTIDY.test(clean) ? clean.replaceAll(/\s+/g, ' ').trim() : clean;
}

/** The first lines of some evidence, for a reader in a hurry; says how much is left out. */
export function excerpt(evidence: string, maxLines: number, maxLength = 2000): string {
  const lines = cleanText(evidence).trimEnd().slice(0, maxLength).split('\n');
  const shown = lines.slice(0, maxLines).join('\n');
  return shown.length < cleanText(evidence).trimEnd().length ? `${shown}\n[…]` : shown;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const MARKUP = /[&<>"']/;

/** Cleaned and escaped for the text or a quoted attribute of HTML and XML. */
export function escapeMarkup(text: string): string {
  const clean = cleanText(text);
  return MARKUP.test(clean) ? clean.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char) : clean;
}
