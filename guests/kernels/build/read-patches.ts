import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { hasDiff, isMail, splitMails } from './split-mails.ts';

/** One patch out of a file that may hold a series. */
export interface Patch {
  /** `fix.mbox`, or `series.mbox (2 of 3, "nvdimm: take the lock")`. */
  readonly label: string;
  /** The diff, decoded from its mail. */
  readonly diff: string;
}

/**
 * The patches of all files, in order: plain diffs, what `git format-patch` writes, and mboxes, whatever a mail's encoding.
 * Rejects with UserError for a file that cannot be read or holds no patch.
 */
export async function readPatches(files: readonly string[], context: PrepareContext): Promise<readonly Patch[]> {
  const lists: (readonly Patch[])[] = [];
  for (const file of files) lists.push(await readPatchFile(file, context));
  return lists.flat();
}

/** As KCIDB names a patchset, see `KernelProvenance.patchset`. */
export function hashPatchset(patches: readonly Patch[]): string {
  return patches.length === 0 ? '' : sha256(patches.map(({ diff }) => `${sha256(diff)}\n`).join(''));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function readPatchFile(file: string, context: PrepareContext): Promise<readonly Patch[]> {
  const text = await readPatchText(file);
  const patches = (isMail(text) ? await readMails(file, context) : [{ label: basename(file), diff: text }]).filter(({ diff }) => hasDiff(diff));
  if (patches.length === 0) throw noPatch(file);
  return patches;
}

/** A cover letter comes out without a diff. */
async function readMails(file: string, context: PrepareContext): Promise<readonly Patch[]> {
  const mails = await splitMails(file, context);
  return mails.map(({ subject, diff }, index) => {
    const place = [...(mails.length > 1 ? [`${index + 1} of ${mails.length}`] : []), ...(subject === undefined ? [] : [`"${subject}"`])].join(', ');
    return { label: place === '' ? basename(file) : `${basename(file)} (${place})`, diff };
  });
}

/** Rejects with UserError for a file that cannot be read. */
export async function readPatchText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(`The patch ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { code: 'unreadable-patch', remedy: 'name a file that exists and that you may read.', cause: error });
  });
}

export function noPatch(file: string): UserError {
  return new UserError(`${file} holds no patch.`, { code: 'no-patch', remedy: 'name a diff, a patch that `git format-patch` wrote, or an mbox of such.' });
}
