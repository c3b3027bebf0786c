import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ArtifactStore } from '../../model/artifact-store.ts';

/** Keeps artifacts in a folder, for tests to look at; they are named within it. */
export function createFolderArtifacts(dir: string): ArtifactStore {
  const place = (name: string): string => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    return join(dir, name);
  };
  return {
    async put(name, text) {
      writeFileSync(place(name), text);
      return name;
    },
    open: (name) => ({ artifact: name, stream: createWriteStream(place(name)) }),
    async receive(name, fill) {
      const value = await fill(place(name));
      return value === undefined ? undefined : { artifact: name, value };
    },
  };
}
