import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeDir } from '../../orchestrator/model/make-dir.ts';

/** sha256, in hex, of plain JSON values: the key of what a recipe makes. */
export function digestOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** sha256, in hex, of bytes. */
export function digestBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** As much of a digest as a folder's name needs. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 16);
}

/** sha256 of a file's bytes. Rejects with the error of `read`. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}

/**
 * As {@link hashFile}. Remembers the digest in `<cacheDir>/digests` by inode, size and times, so that
 * a kernel of hundreds of megabytes is read once. Rejects with the error of `stat` or `read`.
 */
export async function digestFile(path: string, cacheDir: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  const memo = join(cacheDir, 'digests', digestOf(path, [dev, ino, size, mtimeNs, ctimeNs].map(String)));
  const known = await readFile(memo, 'utf8').catch(() => undefined);
  if (known?.length === 64) return known;
  const digest = await hashFile(path);
  // A file changed within the clock's resolution keeps its times: such a fresh one is not remembered.
  if (Date.now() - Number(mtimeNs / 1_000_000n) > 2_000) {
    // A cache that takes nothing costs the time to read the file again.
    await makeDir(join(cacheDir, 'digests'))
      .then(async () => writeFile(memo, digest))
      .catch(() => undefined);
  }
  return digest;
}
