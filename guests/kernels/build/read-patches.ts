import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';

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

async function readPatchFile(file: string, context: PrepareContext): Promise<readonly Patch[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(`The patch ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { code: 'unreadable-patch', remedy: 'name a file that exists and that you may read.', cause: error });
  });
  const patches = (isMail(text) ? await splitMails(file, context) : [{ label: basename(file), diff: text }]).filter(({ diff }) => hasDiff(diff));
  if (patches.length === 0) throw new UserError(`${file} holds no patch.`, { code: 'no-patch', remedy: 'name a diff, a patch that `git format-patch` wrote, or an mbox of such.' });
  return patches;
}

/** git-mailsplit wants an mbox's "From " line or at least a mail's header in front. */
function isMail(text: string): boolean {
  return /^(?:From \S+ |(?:From|Subject|Date|Message-ID|Return-Path|Received|X-[\w-]+): )/i.test(text);
}

function hasDiff(text: string): boolean {
  return /^(?:diff --git |--- \S)/m.test(text);
}

/** git's own mail tools, as `git am` calls them; neither needs a repository. A cover letter comes out without a diff. */
async function splitMails(file: string, { signal }: PrepareContext): Promise<readonly Patch[]> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-mails-'));
  try {
    const [mails, diff] = [join(dir, 'mails'), join(dir, 'diff')];
    await mkdir(mails);
    await runTool(['git', 'mailsplit', '-b', '--keep-cr', `-o${mails}`, '--', file], { cwd: dir, signal });
    const names = (await readdir(mails)).toSorted();
    const patches: Patch[] = [];
    for (const [index, name] of names.entries()) {
      // It reads standard input alone.
      const info = await runTool(['sh', '-c', 'exec git mailinfo --encoding=UTF-8 message "$1" < "$2"', 'sh', diff, join(mails, name)], { cwd: dir, signal });
      const subject = /^Subject: (.*)$/m.exec(info)?.[1];
      const place = [...(names.length > 1 ? [`${index + 1} of ${names.length}`] : []), ...(subject === undefined ? [] : [`"${subject}"`])].join(', ');
      patches.push({ label: place === '' ? basename(file) : `${basename(file)} (${place})`, diff: await readFile(diff, 'utf8') });
    }
    return patches;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
