import { join } from 'node:path';
import { digestOf, shortDigest } from '../../../guests/store/digest.ts';
import { makeDir } from '../../model/make-dir.ts';
import { writeWhole } from '../../model/write-whole.ts';
import type { PatchSeries } from '../../model/series.ts';

/**
 * Keeps each patch of a series as a file of its own in the cache, and gives the paths. The matrix of a run names these
 * files, also when the run is resumed or repeated. Their names are like those of `git format-patch`, for messages.
 */
export async function keepPatches({ patches }: PatchSeries, cacheDir: string): Promise<readonly string[]> {
  const dir = join(cacheDir, 'series', shortDigest(digestOf(patches.map(({ subject, diff }) => [subject, diff]))));
  await makeDir(dir);
  return await Promise.all(
    patches.map(async ({ subject, diff }, index) => {
      const file = join(dir, `${String(index + 1).padStart(4, '0')}-${slug(subject)}.patch`);
      await writeWhole(file, diff, 'latin1');
      return file;
    }),
  );
}

function slug(subject: string): string {
  return (
    subject
      .replace(/^(?:\s*\[[^\]]*\])+/, '')
      .replace(/\.patch$/, '')
      .replaceAll(/[^A-Za-z0-9._]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 52) || 'patch'
  );
}
