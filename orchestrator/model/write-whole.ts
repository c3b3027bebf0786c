import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** In UTF-16 units. */
const WRITE_LENGTH = 2 ** 16;

/**
 * Writes a file aside and renames it into place. A reader without a lock finds the old content or the new one, never
 * half of it. It does not wait for the disk: after a power cut either may be there.
 * @param content the whole of it, or its pieces in order
 * @throws the error of the file system; the old file is then still there, and nothing is left beside it
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array | Iterable<string>,
  encoding: BufferEncoding = 'utf8',
): Promise<void> {
  await putInPlace(path, async (aside) =>
    typeof content === 'string' || content instanceof Uint8Array
      ? writeFile(aside, content, encoding)
      : pipeline(Readable.from(gatherPieces(content)), createWriteStream(aside, { encoding })),
  );
}

/** A stream takes as long for a line as for a page: a report may have 100,000 small pieces. */
function* gatherPieces(pieces: Iterable<string>): Generator<string> {
  let gathered = '';
  for (const piece of pieces) {
    gathered += piece;
    if (gathered.length < WRITE_LENGTH) continue;
    yield gathered;
    gathered = '';
  }
  if (gathered !== '') yield gathered;
}

/** Points a symbolic link elsewhere, or makes it, in one step as {@link writeWhole} does. */
export async function linkWhole(path: string, target: string): Promise<void> {
  await putInPlace(path, async (aside) => symlink(target, aside));
}

/**
 * Makes something at a name of its own in the same folder, and renames it to `path`. The name begins with a dot, so that
 * what a killed process leaves is not taken for one of the folder's files.
 */
export async function putInPlace(path: string, make: (aside: string) => Promise<unknown>): Promise<void> {
  const aside = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await make(aside);
    await rename(aside, path);
  } catch (error) {
    // The first cause is the one to report.
    await rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
}
