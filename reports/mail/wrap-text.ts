/** Columns of a plain-text mail: what a quoted answer to it still fits in, see Documentation/process/email-clients.rst. */
export const MAIL_WIDTH = 72;

/** At the beginning of a line of a mail they end its text, open a diff or a quotation: a word of a test does not come to stand there. */
const MARK = /^(?:-{2,}|\+\+\+|@@|>|diff$|From$)/;

interface WrapOptions {
  readonly width?: number;
  /** Before the first line, and before those that follow; absent: the same blanks as the first. */
  readonly first?: string;
  readonly rest?: string;
}

/** Breaks a paragraph at blanks. A word that is longer than a line, say a path, stands whole on one of its own: it is to be copied. */
export function wrapText(text: string, { width = MAIL_WIDTH, first = '', rest = ' '.repeat(first.length) }: WrapOptions = {}): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const prefix = lines.length === 0 ? first : rest;
    if (line !== '' && !(prefix === '' && MARK.test(word)) && prefix.length + line.length + 1 + word.length > width) {
      lines.push(prefix + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push((lines.length === 0 ? first : rest) + line);
  return lines;
}

/** A name that has to fit: its middle goes, since both ends tell names apart. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(0, width - 3);
  const end = Math.floor(kept / 2);
  return `${text.slice(0, kept - end)}...${text.slice(text.length - end)}`.slice(0, width);
}
