import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import PostalMime, { type Address } from 'postal-mime';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { MailAddress, MailHead, PatchSeries } from '../../../orchestrator/model/series.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { type FoundPatch, orderSeries } from './order-series.ts';
import { noPatch, readPatchText } from './read-patches.ts';
import { hasDiff, isMail, splitMails } from './split-mails.ts';

/** What a folder's patches are called. */
const PATCH_FILE = /\.(?:patch|diff|mbox|mbx|eml)$/;

/**
 * A series of patches with the heads of its mails: an mbox, the files that `git format-patch` writes, a folder of such, or plain diffs.
 * Rejects with UserError for what cannot be read, holds no patch or lacks one.
 */
export async function readSeries(paths: readonly string[], context: PrepareContext): Promise<PatchSeries> {
  const found: FoundPatch[] = [];
  for (const path of paths) for (const file of await listFiles(path)) found.push(...(await readFound(file, context)));
  return orderSeries(found);
}

async function listFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return [path];
  const names = (await readdir(path)).filter((name) => PATCH_FILE.test(name));
  if (names.length === 0) throw new UserError(`${path} is a folder without a patch`, { code: 'no-patch', remedy: 'name one with files such as `git format-patch` writes' });
  return names.toSorted().map((name) => join(path, name));
}

async function readFound(path: string, context: PrepareContext): Promise<readonly FoundPatch[]> {
  const text = await readPatchText(path);
  const file = basename(path);
  if (!isMail(text)) {
    if (!hasDiff(text)) throw noPatch(path);
    return [{ file, diff: text }];
  }
  const mails = await splitMails(path, context);
  return await Promise.all(mails.map(async ({ raw, diff }) => ({ file, head: await readHead(raw), diff })));
}

async function readHead(raw: Uint8Array): Promise<MailHead> {
  const { subject, messageId, inReplyTo, references, from, to, cc, date } = await PostalMime.parse(raw);
  const [sender] = addressesOf(from ? [from] : []);
  return {
    subject: (subject ?? '').replaceAll(/\s+/g, ' ').trim(),
    ...(messageId !== undefined && { messageId }),
    references: [...new Set([...idsOf(references), ...idsOf(inReplyTo)])],
    ...(sender && { from: sender }),
    to: addressesOf(to),
    cc: addressesOf(cc),
    ...(date !== undefined && { date }),
  };
}

function idsOf(text: string | undefined): readonly string[] {
  return text?.match(/<[^<>\s]+>/g) ?? [];
}

function addressesOf(addresses: readonly Address[] | undefined): readonly MailAddress[] {
  return (addresses ?? []).flatMap((one) => ('group' in one && one.group ? one.group : [one])).flatMap(({ name, address }) => (address ? [{ name, address }] : []));
}
