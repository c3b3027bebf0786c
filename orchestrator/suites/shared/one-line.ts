import { stripVTControlCharacters } from 'node:util';

/**
 * A guest's words on one line, fit for a name or a message: no terminal codes, no control characters, `maxChars` at
 * most.
 */
export function oneLine(text: string, maxChars: number): string {
  // Most words are plain, and a report has very many.
  if (text.length <= maxChars && !/\p{Cc}/u.test(text)) return text.trim();
  // Cut first: the rest is not worth a regular expression's time.
  const plain = stripVTControlCharacters(text.slice(0, 4 * maxChars))
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  return plain.length > maxChars ? `${plain.slice(0, maxChars - 1)}…` : plain;
}
