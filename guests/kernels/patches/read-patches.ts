import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { parseSubject } from './parse-subject.ts';
import { noPatch, readFound } from './read-found.ts';
import { orderMails } from './order-series.ts';
import { hasDiff } from './split-mails.ts';

/** One patch out of a file that may hold a series. */
export interface Patch {
  /** `fix.mbox`, or `series.mbox (2 of 3, "nvdimm: take the lock")`. */
  readonly label: string;
  /** The diff, decoded from its mail, one character a byte. */
  readonly diff: string;
}

/**
 * The patches of all files: those of one file in the order in which they apply, the files in theirs. Plain diffs, what
 * `git format-patch` writes, and mboxes, in any encoding. Rejects with UserError for a file that cannot be read, holds
 * no patch or lacks one of its series.
 */
export async function readPatches(files: readonly string[], context: PrepareContext): Promise<readonly Patch[]> {
  const lists: (readonly Patch[])[] = [];
  for (const file of files) lists.push(await readPatchFile(file, context));
  return lists.flat();
}

/** As KCIDB names a patchset, see `KernelProvenance.patchset`. */
export function hashPatchset(patches: readonly Patch[]): string {
  return patches.length === 0
    ? ''
    : sha256(patches.map(({ diff }) => `${sha256(Buffer.from(diff, 'latin1'))}\n`).join(''));
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

async function readPatchFile(file: string, context: PrepareContext): Promise<readonly Patch[]> {
  const found = await readFound(file, context);
  if (!found.some(({ diff }) => hasDiff(diff))) throw noPatch(file);
  const [only] = found;
  // A mail that the user names alone is meant, an answer with a diff, too.
  if (only && found.length === 1)
    return [
      {
        label:
          only.head === undefined || only.head.subject === ''
            ? basename(file)
            : `${basename(file)} ("${parseSubject(only.head.subject).title}")`,
        diff: only.diff,
      },
    ];
  const { patches, notes } = orderMails(found);
  // Which version was tested belongs to the result.
  for (const note of notes) (context.note ?? context.log)(`${basename(file)}: ${note}`);
  return patches.map((mail) => {
    const place = [
      `${found.indexOf(mail.found) + 1} of ${found.length}`,
      ...(mail.subject.title === '' ? [] : [`"${mail.subject.title}"`]),
    ].join(', ');
    return { label: `${basename(file)} (${place})`, diff: mail.found.diff };
  });
}
