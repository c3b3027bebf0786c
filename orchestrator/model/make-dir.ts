import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. Rejects with the error of `mkdir`, also where Node's own `recursive` never ends:
 * /proc answers ENOENT though the folder above is there.
 */
export async function makeDir(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' && (await isDir(path))) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await isDir(parent))) throw error;
    await makeDir(parent);
    await mkdir(path).catch(async (late: unknown) => {
      // Another process may have made it meanwhile.
      if (!(await isDir(path))) throw late;
    });
  }
}

async function isDir(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
