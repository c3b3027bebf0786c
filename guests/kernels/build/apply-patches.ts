import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { tryTool } from '../../store/run-tool.ts';
import { describeFailedPatch } from './failed-patch.ts';
import type { Patch } from './read-patches.ts';

/** Applies patches to the source tree in `dir`, in order. Rejects with UserError `patch-failed` that shows the hunk that does not fit. */
export async function applyPatches(patches: readonly Patch[], dir: string, { signal, log }: PrepareContext): Promise<void> {
  const file = join(dirname(dir), 'patch.diff');
  for (const { label, diff } of patches) {
    log(`applying ${label}`);
    await writeFile(file, diff);
    // Without the ceiling git would take a repository around the cache for the tree's own, and skip files that are not in it.
    const applied = await tryTool(['git', 'apply', '--whitespace=nowarn', '-p1', file], { cwd: dir, env: { GIT_CEILING_DIRECTORIES: dirname(dir), LANGUAGE: 'C' }, signal });
    await rm(file);
    if (!applied.ok) {
      throw new UserError(`The patch ${label} does not apply:\n${describeFailedPatch(applied.output, diff)}`, {
        code: 'patch-failed',
        remedy: 'rebase the patch on this source, or name the revision that it was made for.',
      });
    }
  }
}
