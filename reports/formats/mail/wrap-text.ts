/**
 * Columns of a plain-text mail: what a quoted answer to it still fits in, see Documentation/process/email-clients.rst.
 */
export const MAIL_WIDTH = 72;

/**
 * At the beginning of a line of a mail these end its text, open a diff or a quotation. So no word of a test may come to
 * stand there.
 */
const MARK = /^(?:-{2,}|\+\+\+|@@|>|diff$|From$)/;

interface WrapOptions {
  readonly width?: number;
  /** Before the first line, and before those that follow; absent: the same blanks as the first. */
  readonly first?: string;
  readonly rest?: string;
}

/**
 * Breaks a paragraph at blanks. A word that is longer than a line, say a path, stands whole on one of its own: it is to
 * be copied.
 */
export function wrapText(
  text: string,
  { width = MAIL_WIDTH, first = '', rest = ' '.repeat(first.length) }: WrapOptions = {},
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const prefix = lines.length === 0 ? first : rest;
    if (line !== '' && prefix.length + line.length + 1 + word.length > width) {
      const at = prefix === '' ? breakBefore(line, word) : line.length;
      if (at > 0) lines.push(prefix + line.slice(0, at));
      line = `${line.slice(at)} ${word}`.trimStart();
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push((lines.length === 0 ? first : rest) + line);
  return lines;
}

/**
 * Where a line ends so that the next one begins with no {@link MARK}: words go down with it. 0 if it has none but
 * marks.
 */
function breakBefore(line: string, word: string): number {
  let at = line.length;
  for (let next = word; at > 0 && MARK.test(next);) {
    const last = line.lastIndexOf(' ', at - 1);
    next = line.slice(last + 1, at);
    at = Math.max(0, last);
  }
  return at;
}

/** A name that has to fit: its middle goes, since both ends are needed to know it. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(0, width - 3);
  const end = Math.floor(kept / 2);
  return `${text.slice(0, kept - end)}...${text.slice(text.length - end)}`.slice(0, width);
}
