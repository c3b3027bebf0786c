import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import type { PatchSeries } from '../../../orchestrator/model/series.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import type { FoundPatch } from './found-patch.ts';
import { noPatch, readFound } from './read-found.ts';
import { orderSeries } from './order-series.ts';
import { hasDiff } from './split-mails.ts';

/** What a folder's patches are called; b4 writes the cover letter beside its mbox. */
const PATCH_FILE = /\.(?:patch|diff|mbox|mbx|eml|cover)(?:\.(?:gz|xz|zst|bz2))?$/;

/**
 * A series of patches with the heads of its mails: an mbox, the files that `git format-patch` writes, a folder of such,
 * or plain diffs. Rejects with UserError for what cannot be read, holds no patch or lacks one.
 */
export async function readSeries(paths: readonly string[], context: PrepareContext): Promise<PatchSeries> {
  const found: FoundPatch[] = [];
  for (const path of paths) {
    for (const file of await listFiles(path)) {
      const mails = await readFound(file, context);
      if (mails.every(({ head, diff }) => head === undefined && !hasDiff(diff))) throw noPatch(file);
      found.push(...mails.map((mail): FoundPatch => ({ ...mail, named: path })));
    }
  }
  return orderSeries(found);
}

async function listFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  // A maildir, as `b4 am --maildir` writes it.
  const parts = entries
    .filter((entry) => entry.isDirectory() && ['cur', 'new'].includes(entry.name))
    .map(({ name }) => name);
  if (parts.length > 0)
    return (
      await Promise.all(
        parts
          .toSorted()
          .map(async (part) => (await readdir(join(path, part))).toSorted().map((name) => join(path, part, name))),
      )
    ).flat();
  const names = entries.map(({ name }) => name).filter((name) => PATCH_FILE.test(name));
  if (names.length === 0)
    throw new UserError(`${path} is a folder without a patch`, {
      code: 'no-patch',
      remedy: 'name one with files such as `git format-patch` writes',
    });
  return names.toSorted().map((name) => join(path, name));
}
