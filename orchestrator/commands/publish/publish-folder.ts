import { mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../model/errors.ts';
import { logLine } from '../../host/log-line.ts';
import { messageOf } from '../../model/message-of.ts';

/** No room now says nothing of the end of the night; a night that is refused frees nothing. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Makes the folder that a run is to be published in and tries what publishing does there, before anything is run for
 * it.
 * @returns its absolute path
 * @throws UserError when it can't be made or written
 */
export async function openPublishFolder(dir: string): Promise<string> {
  const target = resolve(dir);
  try {
    await makePublishFolder(target);
    await tryToWrite(target);
  } catch (error) {
    if (!FULL.has(codeOf(error))) {
      throw new UserError(`no run can be published there: ${messageOf(error)}`, {
        code: 'bad-publish',
        remedy: 'name a folder that you can write, or one that can be made',
        position: { file: target },
        cause: error,
      });
    }
    logLine(`warning: ${target} is full: the run can be published only if there is room by then`);
  }
  return target;
}

/**
 * Makes a folder and those above it, one by one. Node's recursive mkdir never returns below /proc, where a folder is
 * there but takes no other.
 */
export async function makePublishFolder(target: string): Promise<void> {
  if (await isFolder(target)) return;
  if (dirname(target) !== target) await makePublishFolder(dirname(target));
  await mkdir(target).catch(async (error: unknown) => {
    // Somebody else may have been faster.
    if (!(await isFolder(target))) throw error;
  });
}

/** A folder and a link, as each publish makes them. */
async function tryToWrite(target: string): Promise<void> {
  const trial = await mkdtemp(join(target, '.trial-'));
  try {
    await symlink('nothing', join(trial, 'latest'));
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
