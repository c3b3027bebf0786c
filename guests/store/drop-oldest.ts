import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sumsOf } from './entry-sums.ts';
import { withFreeLock } from './lock.ts';
import type { PrepareContext } from './prepare-context.ts';
import { removeTree } from './remove-tree.ts';

/**
 * Makes room for `own`, a folder that is or will be beside others of its kind: removes those that were not used for the
 * longest time, so that at most `max` are left with it, and none that somebody has locked.
 */
export async function dropOldest(own: string, max: number, { log }: Pick<PrepareContext, 'log'>): Promise<void> {
  const dir = dirname(own);
  const names = (await readdir(dir)).filter((name) => !name.includes('.') && name !== basename(own));
  const others = await Promise.all(
    names.map(async (name) => ({
      path: join(dir, name),
      usedMs: await stat(join(dir, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => Infinity,
      ),
    })),
  );
  const old = others.toSorted((a, b) => b.usedMs - a.usedMs).slice(max - 1);
  for (const { path } of old)
    await withFreeLock({ path: `${path}.lock`, log }, async () => {
      await removeTree(path);
      await rm(sumsOf(path), { force: true });
    });
}
