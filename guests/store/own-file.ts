import { lstat, realpath, rm, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { KernelError } from '../../orchestrator/model/errors.ts';

/**
 * The path of a file that a build made, once it is known to be one of its own. A makefile may have put a link there,
 * through which the rig would read or write whatever it names. Rejects with KernelError.
 */
export async function ownFile(sourceDir: string, name: string): Promise<string> {
  const path = join(sourceDir, name);
  const [top, real, isFile] = await Promise.all([
    realpath(sourceDir),
    realpath(path).catch(() => undefined),
    lstat(path).then(
      (stats) => stats.isFile(),
      () => false,
    ),
  ]);
  if (isFile && real?.startsWith(`${top}${sep}`) === true) return path;
  throw new KernelError(`the kernel does not compile: its build left no file of its own as ${name}`, {
    code: 'kernel-compile-error',
    evidence: `${name} is missing, or a link`,
  });
}

/**
 * Writes a file anew in a tree that patches or makefiles have changed: a link that stands there is replaced, not
 * followed.
 */
export async function writeAnew(path: string, content: string, mode = 0o644): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, content, { flag: 'wx', mode });
}
