import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InfraError } from '../model/errors.ts';

/**
 * Copies a run's folder to `<dir>/<run>` and points `<dir>/latest` at it; each appears whole or not at all, and what was there stays.
 * @throws InfraError when it can't be written; the run itself is as it was
 */
export async function publishRun(runDir: string, dir: string): Promise<void> {
  const target = resolve(dir);
  const id = basename(runDir);
  const aside = join(target, `.${id}.tmp`);
  try {
    await mkdir(target, { recursive: true });
    await cp(runDir, aside, { recursive: true });
    await rename(aside, join(target, id));
    const link = join(target, `.latest.${id}`);
    await symlink(id, link);
    await rename(link, join(target, 'latest'));
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw new InfraError(`the run could not be published in ${target}: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'publish',
      remedy: `free space or fix the permissions there, then copy ${runDir} to it`,
      cause: error,
    });
  }
}
