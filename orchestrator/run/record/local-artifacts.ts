import { createWriteStream, mkdirSync } from 'node:fs';
import { lstat, mkdir, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ArtifactRefused, type ArtifactStore } from '../../model/artifact-store.ts';
import { cellSlug } from '../../model/cell-slug.ts';
import { makeDir } from '../../model/make-dir.ts';
import { messageOf } from '../../model/message-of.ts';

/** The store of a cell in a run folder of this host: `<run>/cells/<cell>/`, which is made with its first file. */
export function openLocalArtifacts(runDir: string, cellId: string): ArtifactStore {
  const dir = join(runDir, 'cells', cellSlug(cellId));
  const place = (name: string): { readonly path: string; readonly artifact: string } => {
    const path = resolve(dir, name);
    if (!path.startsWith(dir + sep)) throw new ArtifactRefused('it leads out of the folder');
    return { path, artifact: relative(runDir, path) };
  };
  return {
    async put(name, text) {
      const { path, artifact } = place(name);
      await makeDir(dirname(path));
      await writeFile(path, text);
      return artifact;
    },
    open(name) {
      const { path, artifact } = place(name);
      try {
        mkdirSync(dirname(path), { recursive: true });
      } catch {
        // The stream says why.
      }
      return { artifact, stream: createWriteStream(path) };
    },
    async receive(name, fill, { foreign } = {}) {
      const { path, artifact } = place(name);
      await makeDir(dir);
      if (foreign) await makeWay(dir, path);
      else await makeDir(dirname(path));
      const value = await fill(path);
      if (value !== undefined) return { artifact, value };
      // A folder for what was not there would seem to hold something.
      if (dirname(path) !== dir) await rmdir(dirname(path)).catch(() => undefined);
      return undefined;
    },
  };
}

/** Makes the folders above a file whose name a guest chose. Refuses a name that is taken. */
async function makeWay(dir: string, path: string): Promise<void> {
  try {
    await makeFolders(dir, dirname(path));
  } catch (error) {
    throw new ArtifactRefused(messageOf(error), { cause: error });
  }
  if ((await lstat(path).catch(() => undefined)) !== undefined)
    throw new ArtifactRefused('something of that name is there already');
}

/** As `mkdir -p`, but never through a symbolic link. */
async function makeFolders(from: string, to: string): Promise<void> {
  let folder = from;
  for (const part of relative(from, to)
    .split(sep)
    .filter((word) => word !== '')) {
    folder = resolve(folder, part);
    const there = await lstat(folder).catch(() => undefined);
    if (there === undefined) await mkdir(folder);
    else if (!there.isDirectory()) throw new Error(`${part} is no folder`);
  }
}
