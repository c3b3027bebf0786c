import type { MailAddress, MailHead } from '../../../orchestrator/model/series.ts';
import { cleanLine } from '../../text/clean-text.ts';
import { MAIL_WIDTH, wrapText } from './wrap-text.ts';

/**
 * The head of an answer, as `git send-email` and `mutt -H` read it. It goes to the author, with a copy to all that the
 * mail went to, in its thread. The sender is for these programs to fill in. Empty for a patch that came without a mail.
 */
export function renderHead(head: MailHead | undefined, subject: string): readonly string[] {
  const answered = head?.subject ?? subject;
  const to = head?.from ?? head?.to[0];
  const copies = [...(head?.from ? head.to : (head?.to.slice(1) ?? [])), ...(head?.cc ?? [])].filter(
    (one, index, all) => !isSame(one, to) && all.findIndex((other) => isSame(other, one)) === index,
  );
  const thread = [...(head?.references ?? []), ...(head?.messageId === undefined ? [] : [head.messageId])];
  return [
    ...field('Subject', /^re:/i.test(answered) ? answered : `Re: ${answered}`),
    ...(to ? list('To', [formatAddress(to)]) : []),
    ...list('Cc', copies.map(formatAddress)),
    ...(head?.messageId === undefined ? [] : [`In-Reply-To: ${head.messageId}`]),
    ...(thread.length === 0 ? [] : [`References: ${thread[0]}`, ...thread.slice(1).map((id) => ` ${id}`)]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=UTF-8',
    'Content-Transfer-Encoding: 8bit',
  ];
}

function isSame({ address }: MailAddress, other: MailAddress | undefined): boolean {
  return address.toLowerCase() === other?.address.toLowerCase();
}

/** A header goes on in lines that begin with a blank: RFC 5322, 2.2.3. */
function field(name: string, value: string): readonly string[] {
  return wrapText(`${name}: ${cleanLine(value)}`, { first: '', rest: ' ', width: MAIL_WIDTH });
}

function list(name: string, values: readonly string[]): readonly string[] {
  return values.map(
    (value, index) => `${index === 0 ? `${name}:` : ''} ${value}${index < values.length - 1 ? ',' : ''}`,
  );
}

function formatAddress({ name, address }: MailAddress): string {
  const words = cleanLine(name);
  if (words === '') return address;
  return /^[\p{L}\p{N} '_-]+$/u.test(words)
    ? `${words} <${address}>`
    : `"${words.replaceAll(/["\\]/g, String.raw`\$&`)}" <${address}>`;
}
