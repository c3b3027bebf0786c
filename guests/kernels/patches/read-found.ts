import { basename } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { splitMails } from './split-mails.ts';
import type { FoundPatch } from './found-patch.ts';
import { findDamagedHeader, isMail } from './mail-text.ts';
import { dropTransportCrs } from './transport.ts';
import { unpackFile } from './unpack-file.ts';

/**
 * The mails of a file in its order, or the plain diff that it is. Rejects with UserError for a file that cannot be
 * read, and for a mail whose head is damaged.
 */
export async function readFound(path: string, context: PrepareContext): Promise<readonly FoundPatch[]> {
  const bytes = await unpackFile(path, context);
  const text = bytes.toString('latin1');
  const file = basename(path);
  if (isMail(text)) return (await splitMails(bytes, context)).map(({ head, diff }) => ({ file, head, diff }));
  const damaged = findDamagedHeader(text);
  if (damaged !== undefined)
    throw new UserError(`${path} looks like a mail, but the line "${damaged.slice(0, 60)}" in its head is no header`, {
      code: 'damaged-mail',
      remedy: 'save the mail again as it came, with all its headers, or take that line out',
    });
  return [{ file, diff: dropTransportCrs(text) }];
}

export function noPatch(file: string): UserError {
  return new UserError(`${file} holds no patch.`, {
    code: 'no-patch',
    remedy: 'name a diff, a patch that `git format-patch` wrote, or an mbox of such.',
  });
}
