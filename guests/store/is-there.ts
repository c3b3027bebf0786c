import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { makeDir } from '../../orchestrator/model/make-dir.ts';

/** Whether something lies at a path, behind all links. */
export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Makes a folder if need be; false where there can be none that takes files. */
export async function canMake(dir: string): Promise<boolean> {
  return makeDir(dir)
    .then(async () => access(dir, constants.W_OK))
    .then(
      () => true,
      () => false,
    );
}
