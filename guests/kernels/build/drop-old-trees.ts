import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withFreeLock } from '../../store/lock.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { removeTree } from '../../store/remove-tree.ts';

/** Each has 2 GiB or more. A nightly run builds two kernels, a developer's day some configurations and a series. */
const MAX_TREES = 8;

/** Removes the build trees that were not used for the longest time, down to a number, and none that somebody uses. */
export async function dropOldTrees(own: string, { log }: Pick<PrepareContext, 'log'>): Promise<void> {
  const dir = dirname(own);
  const names = (await readdir(dir)).filter((name) => !name.includes('.') && name !== basename(own));
  const trees = await Promise.all(
    names.map(async (name) => ({
      path: join(dir, name),
      usedMs: await stat(join(dir, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => Infinity,
      ),
    })),
  );
  const old = trees.toSorted((a, b) => b.usedMs - a.usedMs).slice(MAX_TREES - 1);
  for (const { path } of old) await withFreeLock({ path: `${path}.lock`, log }, async () => removeTree(path));
}
