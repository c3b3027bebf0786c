import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime, { type Address } from 'postal-mime';
import type { MailAddress, MailHead } from '../../../orchestrator/model/series.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';
import { normalizeMail } from './mail-text.ts';
import { parseDiff } from './parse-diff.ts';
import { parseSubject } from './parse-subject.ts';
import { dropTransportCrs } from './transport.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** One mail of an mbox. */
export interface SplitMail {
  readonly head: MailHead;
  /**
   * The patch in it, decoded, one character a byte; of a cover letter its trailing words, which hold no diff. Empty for
   * an answer.
   */
  readonly diff: string;
}

/** Whether `git apply` would find a patch in it. */
export function hasDiff(text: string): boolean {
  return parseDiff(text).files.length > 0;
}

/**
 * The mails of an mbox in its order, by git's own tools as `git am` calls them; neither needs a repository. Of several
 * mails the answers are not looked into: a thread has many of them.
 */
export async function splitMails(mbox: Uint8Array, { signal }: PrepareContext): Promise<readonly SplitMail[]> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-mails-'));
  try {
    const mails = join(dir, 'mails');
    await mkdir(mails);
    await writeFile(join(dir, 'mbox'), mbox);
    await runTool(['git', 'mailsplit', '-b', '-d8', '--keep-cr', `-o${mails}`, '--', join(dir, 'mbox')], {
      cwd: dir,
      signal,
    });
    const names = (await readdir(mails)).toSorted();
    const heads = new Map<string, MailHead>();
    const wanted: string[] = [];
    for (const name of names) {
      const raw = await readFile(join(mails, name), 'latin1');
      const text = normalizeMail(raw);
      const head = await readHead(Buffer.from(text, 'latin1'));
      heads.set(name, head);
      if (names.length > 1 && parseSubject(head.subject).isReply) continue;
      wanted.push(name);
      await writeFile(join(mails, name), text, 'latin1');
    }
    await readInfo(dir, wanted, signal);
    return await Promise.all(
      names.map(async (name) => ({
        head: await withAuthor(heads.get(name) ?? NO_HEAD, join(dir, `${name}.info`)),
        diff: dropTransportCrs(await readFile(join(dir, `${name}.diff`), 'latin1').catch(() => '')),
      })),
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const NO_HEAD: MailHead = { subject: '', references: [], to: [], cc: [] };

/**
 * `git mailinfo` over some mails: `NAME.diff` and `NAME.info`. One shell for all, since it reads its standard input
 * alone; a mail that it cannot take has no patch. Without the user's settings, and without -u: a wrong charset is no
 * reason to have no patch.
 */
async function readInfo(dir: string, names: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  await writeFile(join(dir, 'wanted'), names.map((name) => `${name}\n`).join(''));
  const loop =
    'while read -r name; do git mailinfo -n message "$name.diff" < "mails/$name" > "$name.info" || rm -f "$name.diff"; done < wanted';
  await runTool(['sh', '-c', loop], {
    cwd: dir,
    signal,
    env: { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  });
}

/** Who wrote a patch that another one sent stands in the mail's first line, and is answered, too. */
async function withAuthor(head: MailHead, file: string): Promise<MailHead> {
  const info = await readFile(file, 'utf8').catch(() => '');
  const { name = '', address } = /^Author: (?<name>.*)\nEmail: (?<address>\S+@\S+)$/m.exec(info)?.groups ?? {};
  const known = [head.from, ...head.to, ...head.cc].some(
    (one) => one?.address.toLowerCase() === address?.toLowerCase(),
  );
  return address === undefined || known ? head : { ...head, cc: [...head.cc, { name, address }] };
}

/** The body is not parsed: an attachment may be large. */
async function readHead(mail: Buffer): Promise<MailHead> {
  const end = mail.indexOf('\n\n');
  const { subject, messageId, inReplyTo, references, from, replyTo, to, cc, date } = await PostalMime.parse(
    mail.subarray(0, end < 0 ? mail.length : end + 1),
  );
  const lists = new Set(addressesOf([...(to ?? []), ...(cc ?? [])]).map(({ address }) => address.toLowerCase()));
  const [named] = addressesOf(from ? [from] : []);
  // `Pat via Pmem <pmem@lists.example.org>`: a list that writes itself into From says in Reply-To who sent it.
  const sender =
    named && lists.has(named.address.toLowerCase())
      ? (addressesOf(replyTo).find(({ address }) => !lists.has(address.toLowerCase())) ?? named)
      : named;
  return {
    subject: (subject ?? '').replaceAll(/\s+/g, ' ').trim(),
    ...present({ messageId }),
    // Its parent is the last one.
    references: [
      ...new Set([...idsOf(references).filter((id) => !idsOf(inReplyTo).includes(id)), ...idsOf(inReplyTo)]),
    ],
    ...present({ from: sender }),
    to: addressesOf(to),
    cc: addressesOf(cc),
    ...present({ date }),
  };
}

function idsOf(text: string | undefined): readonly string[] {
  return text?.match(/<[^<>\s]+>/g) ?? [];
}

function addressesOf(addresses: readonly Address[] | undefined): readonly MailAddress[] {
  return (addresses ?? [])
    .flatMap((one) => ('group' in one && one.group ? one.group : [one]))
    .flatMap(({ name, address }) => (address ? [{ name, address }] : []));
}
