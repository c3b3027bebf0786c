import { readdir, readlink, realpath, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/**
 * Removes the links below a folder that lead out of it, or would once what they name is there. What follows them would
 * read and move the host's own files. An absolute link counts as one: it means the root that an archive is made for.
 */
export async function dropOutsideLinks(folder: string): Promise<void> {
  const top = await realpath(folder);
  // Not by name alone, which would be followed through the links.
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = await readlink(path);
    const real = await realpath(path).catch(() => undefined);
    if (
      target.startsWith('/') ||
      !(real === undefined ? staysBelow(relative(top, entry.parentPath), target) : isBelow(real, top))
    )
      await rm(path);
  }
}

/**
 * Whether a link that leads nowhere yet can only lead to a place below the top. `..` may only stand in front: behind a
 * name it begins where that leads to.
 */
function staysBelow(folder: string, target: string): boolean {
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  const ups = steps.filter((step) => step === '..').length;
  const depth = folder === '' ? 0 : folder.split(sep).length;
  return ups <= depth && steps.slice(ups).every((step) => step !== '..');
}

function isBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(`${top}${sep}`);
}
