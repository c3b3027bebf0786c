import { lstat, readlink, realpath } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { UserError } from '../../../orchestrator/model/errors.ts';
import { type FileDiff, unquoteName } from './parse-diff.ts';

/**
 * Refuses a patch that would take a file from outside the tree in `dir`. git checks the names that it writes, but not
 * the one that it copies from, and follows links on the way to it. Rejects with UserError `patch-outside`.
 */
export async function refuseOutsideSources(
  diff: string,
  files: readonly FileDiff[],
  label: string,
  dir: string,
): Promise<void> {
  // Whatever git takes for a header: no line of a hunk begins so.
  const sources = Array.from(diff.matchAll(/^(?:copy from|rename from|rename old) (?<name>.*)$/gm), ({ groups }) =>
    Buffer.from(unquoteName(groups?.['name'] ?? ''), 'latin1').toString('utf8'),
  );
  const names = [...sources, ...files.flatMap(({ oldName, newName }) => [oldName, newName])].filter(
    (name) => name !== undefined,
  );
  const root = await realpath(dir);
  for (const name of new Set(names)) {
    if (name.startsWith('/') || name.split('/').includes('..')) throw outside(label, name);
    const real = await realpath(join(dir, name)).catch(() => undefined);
    if (real !== undefined && !isInside(real, root)) throw outside(label, name);
  }
}

/**
 * Refuses the links among the files that a patch has written, if they lead out of the tree in `dir`: the build would
 * follow them. `..` may only stand in front: behind another name it would begin where that leads to. Rejects with
 * UserError `patch-outside`.
 */
export async function refuseOutsideLinks(written: readonly string[], label: string, dir: string): Promise<void> {
  for (const name of written) {
    // Not UTF-8: whether that file is a link cannot be looked up, and no file of a kernel is named so.
    if (name.includes('\uFFFD')) throw outside(label, name);
    const path = join(dir, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink() !== true) continue;
    const target = await readlink(path);
    const leads = posix.normalize(posix.join(dirname(name), target));
    const steps = target.split('/').filter((step) => step !== '' && step !== '.');
    const turnsBack = steps.slice(steps.findIndex((step) => step !== '..')).includes('..');
    if (
      target.startsWith('/') ||
      leads === '..' ||
      leads.startsWith('../') ||
      (turnsBack && steps.some((step) => step !== '..'))
    )
      throw outside(label, `${name} -> ${target}`);
  }
}

function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}${sep}`);
}

function outside(label: string, name: string): UserError {
  return new UserError(`The patch ${label} reaches outside the source tree: ${name}`, {
    code: 'patch-outside',
    remedy: 'read the patch: no patch of a kernel needs that',
  });
}
