/** A mail as it came, one character a byte. */
type MailText = string;

/** A header's line, or one that continues it; mail programs keep an mbox's `From ` line among them, quoted or not. */
const HEADER = /^(?:[^\s:]+[ \t]*:|[ \t]+\S|>?From )/;

/** Any `Name: value` lines before an empty line are a mail (RFC 5322), and an mbox begins with a `From ` line. */
export function isMail(text: MailText): boolean {
  const lines = headLines(text);
  return (
    /^From \S+ /.test(text) || (lines.length > 0 && !/^[ \t]/.test(text) && lines.every((line) => HEADER.test(line)))
  );
}

/** The line that keeps a text with a mail's encoding from being a mail; the diff in it would be read undecoded. */
export function findDamagedHeader(text: MailText): string | undefined {
  const lines = headLines(text);
  return lines.some((line) => /^(?:Content-Transfer-Encoding|Content-Type|MIME-Version)[ \t]*:/i.test(line))
    ? lines.find((line) => !HEADER.test(line))
    : undefined;
}

function headLines(text: MailText): readonly string[] {
  const end = /\r?\n[ \t]*\r?\n/.exec(text)?.index ?? text.length;
  return text
    .slice(0, end)
    .split(/\r?\n/)
    .filter((line) => line !== '');
}

/**
 * What `git mailinfo` is given of a mail. It is without the mbox's `From ` line, and without HTML, whose `&lt;` no
 * compiler takes. The CRLF that a mail travels with becomes LF, as `git mailsplit` does without `--keep-cr`. A mail
 * whose head ends its lines in LF keeps the CRs of its body: they are the file's.
 */
export function normalizeMail(text: MailText): MailText {
  const bare = text.replace(/^From [^\n]*\n/, '');
  return dropHtml(mendHead(/^[^\n]*\r\n/.test(bare) ? bare.replaceAll('\r\n', '\n') : bare));
}

/** git takes the first line that is no strict header for the end of the head, and would not know the encoding. */
function mendHead(text: MailText): MailText {
  const end = text.indexOf('\n\n');
  if (end < 0) return text;
  const lines = unfold(text.slice(0, end))
    .split('\n')
    .map((line) => line.replace(/^([!-9;-~]+)[ \t]+:/, '$1:'));
  return `${lines.filter((line) => /^[!-9;-~]+:/.test(line)).join('\n')}${text.slice(end)}`;
}

/** Unfolded: a header that goes on in the next line is one line. */
function unfold(head: string): string {
  return head.replaceAll(/\n[ \t]+/g, ' ');
}

const HTML = /^content-type[ \t]*:[ \t]*text\/html\b/im;

/** Takes the HTML parts out. */
function dropHtml(text: MailText): MailText {
  const end = text.indexOf('\n\n');
  // A part may have no head.
  if (end < 0 || text.startsWith('\n')) return text;
  if (HTML.test(unfold(text.slice(0, end)))) return text.slice(0, end + 2);
  const { quoted, plain } =
    /^content-type[ \t]*:[ \t]*multipart\/.*?;[ \t]*boundary=(?:"(?<quoted>[^"]+)"|(?<plain>[^\s;]+))/im.exec(
      unfold(text.slice(0, end)),
    )?.groups ?? {};
  const boundary = quoted ?? plain;
  if (boundary === undefined) return text;
  const [preamble = '', ...rest] = text.slice(end + 1).split(`\n--${boundary}`);
  const closing = rest.findIndex((part) => part.startsWith('--'));
  const parts = closing < 0 ? rest : rest.slice(0, closing);
  const bodies = parts.map((part) => `\n${dropHtml(part.replace(/^[^\n]*\n/, ''))}`);
  return [`${text.slice(0, end + 1)}${preamble}`, ...bodies, ...(closing < 0 ? [] : rest.slice(closing))].join(
    `\n--${boundary}`,
  );
}
