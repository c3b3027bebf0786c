import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDir } from '../../../orchestrator/model/make-dir.ts';

/**
 * How many objects the last build of a kind had, `undefined` before the first. The progress of a build is shown by it.
 */
export async function recallObjects(kind: string, cacheDir: string): Promise<number | undefined> {
  const objects = Number(await readFile(fileOf(kind, cacheDir), 'utf8').catch(() => ''));
  return objects > 0 ? objects : undefined;
}

export async function rememberObjects(kind: string, objects: number, cacheDir: string): Promise<void> {
  await makeDir(join(cacheDir, 'digests'));
  await writeFile(fileOf(kind, cacheDir), String(objects));
}

function fileOf(kind: string, cacheDir: string): string {
  return join(cacheDir, 'digests', `objects-${kind}`);
}
