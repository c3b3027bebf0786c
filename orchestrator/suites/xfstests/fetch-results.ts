import { join } from 'node:path';
import { InfraError } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';

/** What the harness and its tests leave beside each other, `generic/413.full` and so on. */
const SUFFIXES = ['out.bad', 'full', 'dmesg', 'notrun', 'hints'] as const;
/** Of one file; a test's log can fill a disk. */
const MAX_BYTES = 4 * 2 ** 20;

export type ResultFile = (typeof SUFFIXES)[number];

export interface FetchedResults {
  /** Local paths by suffix. */
  readonly files: ReadonlyMap<ResultFile, string>;
  readonly notes: readonly string[];
}

/**
 * Copies a test's files from the results disk to `localDir`, each bounded, under names of our own making: of the
 * guest's names none is taken. Works on a dead guest, too. Rejects with InfraError.
 */
export async function fetchResults(
  { id, resultsDisk }: Guest,
  name: string,
  localDir: string,
): Promise<FetchedResults> {
  if (!resultsDisk) throw new InfraError(`guest ${id} has no results disk`, { code: 'no-results-disk' });
  const files = new Map<ResultFile, string>();
  const notes: string[] = [];
  for (const suffix of SUFFIXES) {
    const path = join(localDir, suffix);
    const bytes = await resultsDisk.read(`/${name}.${suffix}`, path, { maxBytes: MAX_BYTES });
    if (bytes > 0) files.set(suffix, path);
    if (bytes === MAX_BYTES) notes.push(`${name}.${suffix} was cut at ${bytes} bytes`);
  }
  return { files, notes };
}
