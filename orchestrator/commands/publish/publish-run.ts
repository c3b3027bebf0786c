import { existsSync } from 'node:fs';
import { cp, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InfraError } from '../../model/errors.ts';
import { logLine } from '../../host/log-line.ts';
import { makePublishFolder } from './publish-folder.ts';
import { messageOf } from '../../model/message-of.ts';

/**
 * Copies a run's folder to `<dir>/<run>` and points `<dir>/latest` at it, unless that is a newer run. Each appears
 * whole or not at all, and what was there stays. An earlier copy of the same run, which went on since, gives way to the
 * new one.
 * @throws InfraError when it can't be written; the run itself is as it was, and so is a copy that was there
 */
export async function publishRun(runDir: string, dir: string): Promise<void> {
  const target = resolve(dir);
  try {
    await makePublishFolder(target);
    if (!(await isSame(runDir, join(target, basename(runDir))))) await copyRun(runDir, target);
    await pointLatest(target, basename(runDir));
  } catch (error) {
    throw new InfraError(`the run could not be published in ${target}: ${messageOf(error)}`, {
      code: 'publish',
      remedy: `free space or fix the permissions there, then copy ${runDir} to it`,
      cause: error,
    });
  }
}

/** Whether a run is resumed where it was published. */
async function isSame(runDir: string, copy: string): Promise<boolean> {
  return (await realpath(copy).catch(() => undefined)) === (await realpath(runDir));
}

async function copyRun(runDir: string, target: string): Promise<void> {
  const id = basename(runDir);
  const copy = join(target, id);
  const [aside, old] = [join(target, `.${id}.tmp`), join(target, `.${id}.old`)];
  try {
    // Left by a process that was killed: what it had copied may be of an earlier state.
    await rm(aside, { recursive: true, force: true });
    await cp(runDir, aside, { recursive: true });
    if (existsSync(copy)) {
      await rm(old, { recursive: true, force: true });
      // No rename replaces a folder that is not empty.
      await rename(copy, old);
    }
    await rename(aside, copy);
  } catch (error) {
    // The first cause is the one to report.
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    if (!existsSync(copy) && existsSync(old)) await rename(old, copy).catch(() => undefined);
    throw error;
  }
  await rm(old, { recursive: true, force: true }).catch((error: unknown) =>
    logLine(`${old}, which the newer copy has replaced, stays: ${String(error)}`),
  );
}

/** A run's id begins with its time: one that is resumed later is still the older one. */
async function pointLatest(target: string, id: string): Promise<void> {
  const latest = join(target, 'latest');
  const now = await readlink(latest).catch(() => '');
  if (now > id && existsSync(latest)) return;
  const aside = join(target, `.latest.${id}`);
  await rm(aside, { force: true });
  await symlink(id, aside);
  await rename(aside, latest);
}
