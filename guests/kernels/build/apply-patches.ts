import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { type ToolResult, tryTool } from '../../store/run-tool.ts';
import { refuseOutsideLinks, refuseOutsideSources } from '../patches/confine-patch.ts';
import { parseDiff } from '../patches/parse-diff.ts';
import { describeFailedPatch } from './failed-patch.ts';
import type { Patch } from '../patches/read-patches.ts';

/**
 * Applies patches to the source tree in `dir`, in order. Rejects with UserError `patch-failed`, which shows the hunk
 * that does not fit, or says that the mail program has changed the patch. Rejects with `patch-outside` for a patch that
 * reaches out of the tree.
 */
export async function applyPatches(
  patches: readonly Patch[],
  dir: string,
  { signal, log }: PrepareContext,
): Promise<void> {
  const file = join(dirname(dir), 'patch.diff');
  for (const { label, diff } of patches) {
    log(`applying ${label}`);
    const { files, strip } = parseDiff(diff);
    await refuseOutsideSources(diff, files, label, dir);
    await writeFile(file, diff, 'latin1');
    const apply = (...words: readonly string[]): Promise<ToolResult> =>
      // Without -p git strips one part of each name, and none from `Makefile.orig` beside `Makefile`. Without the
      // ceiling git would take a repository around the cache for the tree's own, and skip files that are not in it.
      tryTool(['git', 'apply', '--whitespace=nowarn', ...(strip === 0 ? ['-p0'] : []), ...words, file], {
        cwd: dir,
        env: {
          GIT_CEILING_DIRECTORIES: dirname(dir),
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_CONFIG_GLOBAL: '/dev/null',
          LANGUAGE: 'C',
        },
        signal,
      });
    // The names that git itself writes to, not what the text looks like.
    const applied = await apply('--numstat', '-z', '--apply');
    const isBlanksOnly = !applied.ok && (await apply('--check', '--ignore-whitespace')).ok;
    await rm(file);
    if (!applied.ok) throw failure(label, diff, applied.output, isBlanksOnly);
    await refuseOutsideLinks(writtenNames(applied.stdout), label, dir);
  }
}

/** `--numstat -z`: lines that are added and removed, a tab each, and the name. */
function writtenNames(numstat: string): readonly string[] {
  return numstat
    .split('\0')
    .filter((part) => part !== '')
    .map((part) => part.split('\t').slice(2).join('\t'));
}

function failure(label: string, diff: string, output: string, isBlanksOnly: boolean): UserError {
  const words = `The patch ${label} does not apply:\n${describeFailedPatch(output, diff)}`;
  const fresh = "take it from the list's archive, say by `b4 am`, or send it with `git send-email`.";
  if (diff.includes('\r\n'))
    return new UserError(`${words}\n  some of its lines end in CRLF`, {
      code: 'patch-failed',
      remedy: `if the file in the tree has no CRs, the mail program has put them there: ${fresh}`,
    });
  if (isBlanksOnly)
    return new UserError(`${words}\n  it fits but for tabs and blanks`, {
      code: 'patch-failed',
      remedy: `a mail program has changed the patch: ${fresh}`,
    });
  if (/corrupt patch at line|patch fragment without header/.test(output))
    return new UserError(words, {
      code: 'patch-failed',
      remedy: `a mail program has wrapped its lines, or it is cut short: ${fresh}`,
    });
  return new UserError(words, {
    code: 'patch-failed',
    remedy: 'rebase the patch on this source, or name the revision that it was made for.',
  });
}
