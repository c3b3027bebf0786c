import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readlink, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isGone, NotFound } from './not-found.ts';

/** A file of a run, open for reading; the caller closes it. */
export interface Artifact {
  readonly file: FileHandle;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** One entry of a folder of a run. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
}

/**
 * Opens a file of a run. The kernel is asked where it really lies once it is open. So no `..` and no link leads out of
 * the run, not even a link that is swapped in at the last moment.
 *
 * @param runDir free of links
 * @returns undefined for a folder
 * @throws NotFound for what is not there, is no file, or lies elsewhere
 */
export async function openArtifact(runDir: string, path: string): Promise<Artifact | undefined> {
  const file = await openInside(runDir, path);
  try {
    const facts = await file.stat();
    if (facts.isFile()) return { file, sizeBytes: facts.size, modifiedMs: facts.mtimeMs };
    if (!facts.isDirectory()) throw notThere(path);
    await file.close();
    return undefined;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What is in a folder of a run, folders first. Throws as {@link openArtifact} does. */
export async function listFolder(runDir: string, path: string): Promise<FolderEntry[]> {
  await using folder = await openInside(runDir, path);
  if (!(await folder.stat()).isDirectory()) throw notThere(path);
  const real = await readlink(`/proc/self/fd/${folder.fd}`);
  const entries = await Promise.all(
    (await readdir(real)).map(async (name): Promise<FolderEntry[]> => {
      // Some go away meanwhile: a guest's files when it ends.
      const facts = await stat(join(real, name)).catch(() => undefined);
      return facts === undefined ? [] : [{ name, isFolder: facts.isDirectory(), sizeBytes: facts.size }];
    }),
  );
  return entries
    .flat()
    .toSorted(
      (a, b) => Number(b.isFolder) - Number(a.isFolder) || a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
}

async function openInside(runDir: string, path: string): Promise<FileHandle> {
  if (path.includes('\0') || path.split('/').includes('..')) throw notThere(path);
  let file: FileHandle;
  try {
    // Not blocking: a FIFO would wait for its writer.
    file = await open(join(runDir, path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isGone(error) || isRefused(error)) throw notThere(path);
    throw error;
  }
  const real = await readlink(`/proc/self/fd/${file.fd}`);
  if (real === runDir || real.startsWith(`${runDir}${sep}`)) return file;
  await file.close();
  throw notThere(path);
}

function isRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['EACCES', 'EPERM', 'ELOOP', 'ENXIO', 'ENAMETOOLONG'].includes(String(error.code))
  );
}

function notThere(path: string): NotFound {
  return new NotFound(`This run has no file ${path}.`);
}
