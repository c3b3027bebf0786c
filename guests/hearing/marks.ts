import { randomBytes } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { MARKER } from '../problems/rules.ts';

/** The kernel takes 992 bytes in one write to /dev/kmsg; a UTF-16 unit is three bytes of UTF-8 at most. */
const MAX_TEXT_CHARS = 250;

/**
 * The rig's own lines in one guest's kernel log: `pmemrig: <token> <text>`. The token is random, so that no program
 * that prints such a line is believed by accident.
 */
export interface Marks {
  readonly token: string;
  /** The text that a mark can hold: one line, bounded. */
  fit(text: string): string;
  /** The line that stands in the log for a text that {@link Marks.fit} gave. */
  compose(text: string): string;
  /** The text of the mark that a line of the log holds; something without a line end may stand before it. */
  read(line: string): string | undefined;
}

export function createMarks(token = randomBytes(8).toString('hex')): Marks {
  const prefix = `${MARKER}${token} `;
  return {
    token,
    fit: fitMark,
    compose: (text) => `${prefix}${text}`,
    read: (line) => {
      const at = line.indexOf(prefix);
      return at === -1 ? undefined : line.slice(at + prefix.length).trimEnd();
    },
  };
}

/** See {@link Marks.fit}. */
export function fitMark(text: string): string {
  // The console is read without escape sequences and control characters, and a half surrogate would come back as
  // another character.
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT_CHARS)
    .toWellFormed()
    .trim();
}
