import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';

/** One mail of an mbox. */
export interface SplitMail {
  /** As it came, without the mbox's `From ` line. */
  readonly raw: Uint8Array;
  /** Without `[PATCH …]`, as a commit would have it. */
  readonly subject: string | undefined;
  /** The patch in it, decoded; of a cover letter its trailing words, which hold no diff. */
  readonly diff: string;
}

/** git-mailsplit wants an mbox's "From " line or at least a mail's header in front. */
export function isMail(text: string): boolean {
  return /^(?:From \S+ |(?:From|To|Cc|Subject|Date|Message-ID|MIME-Version|Return-Path|Received|X-[\w-]+): )/i.test(text);
}

export function hasDiff(text: string): boolean {
  return /^(?:diff --git |--- \S)/m.test(text);
}

/** The mails of an mbox in its order, by git's own tools as `git am` calls them; neither needs a repository. */
export async function splitMails(file: string, { signal }: PrepareContext): Promise<readonly SplitMail[]> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-mails-'));
  try {
    const [mails, diff] = [join(dir, 'mails'), join(dir, 'diff')];
    await mkdir(mails);
    await runTool(['git', 'mailsplit', '-b', '--keep-cr', `-o${mails}`, '--', resolve(file)], { cwd: dir, signal });
    const split: SplitMail[] = [];
    for (const name of (await readdir(mails)).toSorted()) {
      const path = join(mails, name);
      // It reads standard input alone.
      const info = await runTool(['sh', '-c', 'exec git mailinfo --encoding=UTF-8 message "$1" < "$2"', 'sh', diff, path], { cwd: dir, signal });
      const raw = await readFile(path);
      split.push({ raw: raw.subarray(raw.indexOf('From ') === 0 ? raw.indexOf('\n') + 1 : 0), subject: /^Subject: (.*)$/m.exec(info)?.[1], diff: await readFile(diff, 'utf8') });
    }
    return split;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
