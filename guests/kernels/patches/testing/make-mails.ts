/** A mail to be written into an mbox; all of it is made up. */
export interface MadeMail {
  readonly subject: string;
  readonly from?: string;
  /** Without the angle brackets; no Message-ID for `null`. */
  readonly id?: string | null;
  /** The id of what it answers. */
  readonly parent?: string;
  /** Minutes after the first. */
  readonly at?: number;
  readonly body?: string;
  /** Header lines in front of all others. */
  readonly above?: readonly string[];
  /** Content-Type and the like, with how the body is written. */
  readonly encoding?: 'quoted-printable' | 'base64' | 'base64-crlf' | 'alternative' | 'attachment' | '8bit';
}

export const PAT = 'Pat Doe <pat@example.org>';
export const RE = 'Re Porter <re@example.org>';

/** The tree that all patches of these mails go on. */
export const BASE_TREE: Readonly<Record<string, string>> = {
  'order.c': 'top\nstep 0\nbottom\n',
  ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`p${index + 1}.c`, 'head\nold\ntail\n'])),
};

/** The patch of one number: it fits behind those before it, and leaves its words in a file of its own. */
export function change(number: number, words: string): string {
  return [
    '---',
    ` order.c | 2 +-\n p${number}.c | 2 +-\n 2 files changed, 2 insertions(+), 2 deletions(-)\n`,
    'diff --git a/order.c b/order.c\n--- a/order.c\n+++ b/order.c\n@@ -1,3 +1,3 @@\n top',
    `-step ${number - 1}\n+step ${number}\n bottom`,
    `diff --git a/p${number}.c b/p${number}.c\n--- a/p${number}.c\n+++ b/p${number}.c\n@@ -1,3 +1,3 @@\n head\n-old\n+${words}\n tail`,
    '-- \n2.39.5\n',
  ].join('\n');
}

/** A patch of one file alone, which fits after any other. */
export function changeAlone(number: number, words: string): string {
  return `---\n p${number}.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\ndiff --git a/p${number}.c b/p${number}.c\n--- a/p${number}.c\n+++ b/p${number}.c\n@@ -1,3 +1,3 @@\n head\n-old\n+${words}\n tail\n-- \n2.39.5\n`;
}

/** What a cover letter says of its series. */
export const DIFFSTAT = 'Words.\n\n order.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n';

/** One after the other, each behind a `From ` line; a character is a byte. */
export function writeMbox(mails: readonly MadeMail[]): string {
  return mails.map((mail, index) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${writeMail(mail, index)}\n`).join('');
}

export function writeMail(
  { subject, from = PAT, id, parent, at, body = '', above = [], encoding }: MadeMail,
  index = 0,
): string {
  const sent = new Date(Date.UTC(2030, 0, 2, 9, at ?? index)).toUTCString().replace('GMT', '+0000');
  const [type, text] = encode(`Why.\n\nSigned-off-by: ${from}\n${body}`, encoding);
  return [
    ...above,
    `From: ${from}`,
    'To: pmem@lists.example.org',
    'Cc: Max Intainer <max@example.org>',
    `Subject: ${subject}`,
    `Date: ${sent}`,
    ...(id === null ? [] : [`Message-ID: <${id ?? `mail-${index}@example.org`}>`]),
    ...(parent === undefined ? [] : [`In-Reply-To: <${parent}>`, `References: <${parent}>`]),
    ...type,
    '',
    text,
  ].join('\n');
}

function encode(text: string, encoding: MadeMail['encoding']): readonly [readonly string[], string] {
  const plain = 'Content-Type: text/plain; charset=UTF-8';
  switch (encoding) {
    case undefined:
      return [[], text];
    case '8bit':
      return [
        ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=ISO-8859-1', 'Content-Transfer-Encoding: 8bit'],
        text,
      ];
    case 'quoted-printable':
      return [['MIME-Version: 1.0', plain, 'Content-Transfer-Encoding: quoted-printable'], toQuotedPrintable(text)];
    case 'base64':
      return [['MIME-Version: 1.0', plain, 'Content-Transfer-Encoding: base64'], toBase64(text)];
    case 'base64-crlf':
      return [
        ['MIME-Version: 1.0', plain, 'Content-Transfer-Encoding: base64'],
        toBase64(text.replaceAll('\n', '\r\n')),
      ];
    case 'alternative':
      return [
        ['MIME-Version: 1.0', 'Content-Type: multipart/alternative; boundary="=_b"'],
        `--=_b\n${plain}\nContent-Transfer-Encoding: quoted-printable\n\n${toQuotedPrintable(text)}\n--=_b\nContent-Type: text/html; charset=UTF-8\n\n<html><pre>\n${text.replaceAll('<', '&lt;')}</pre></html>\n--=_b--\n`,
      ];
    case 'attachment':
      return [
        ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="=_m"'],
        `--=_m\n${plain}\n\nSee below.\n--=_m\nContent-Type: text/x-patch; charset=UTF-8; name="fix.patch"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="fix.patch"\n\n${toBase64(text)}\n--=_m--\n`,
      ];
    default:
      return encoding satisfies never;
  }
}

function toQuotedPrintable(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .replaceAll(
          /[=\u0080-\u00ff]| $/g,
          (char) => `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .replaceAll(/(?=.{76})(.{70}[^=]{0,2})/g, '$1=\n'),
    )
    .join('\n');
}

function toBase64(text: string): string {
  return (
    Buffer.from(text, 'latin1')
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\n');
}
