import { readFile } from 'node:fs/promises';
import type { ArtifactStore } from '../../model/artifact-store.ts';
import { InfraError } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';

/** What the harness and its tests leave beside each other, `generic/413.full` and so on. */
const SUFFIXES = ['out.bad', 'full', 'dmesg', 'notrun', 'hints'] as const;
/** For one file; a test's log can fill a disk. */
const MAX_BYTES = 4 * 2 ** 20;

export interface FetchedResults {
  readonly artifacts: readonly string[];
  /** Those by which a test is judged, too. */
  readonly texts: { readonly dmesg?: string; readonly notrun?: string };
  readonly notes: readonly string[];
}

/**
 * Keeps a test's files from the results disk in a folder of the cell's, each bounded. Names are of our own making; the
 * guest's names are not used. Works on a dead guest, too. Rejects with InfraError.
 */
export async function fetchResults(
  { id, resultsDisk }: Guest,
  name: string,
  store: ArtifactStore,
  folder: string,
): Promise<FetchedResults> {
  if (!resultsDisk) throw new InfraError(`guest ${id} has no results disk`, { code: 'no-results-disk' });
  const artifacts: string[] = [];
  const texts: { dmesg?: string; notrun?: string } = {};
  const notes: string[] = [];
  for (const suffix of SUFFIXES) {
    const received = await store.receive(`${folder}/${suffix}`, async (path) => {
      const bytes = await resultsDisk.read(`/${name}.${suffix}`, path, { maxBytes: MAX_BYTES });
      if (bytes > 0 && (suffix === 'dmesg' || suffix === 'notrun')) texts[suffix] = await readFile(path, 'utf8');
      return bytes > 0 ? bytes : undefined;
    });
    if (!received) continue;
    artifacts.push(received.artifact);
    if (received.value === MAX_BYTES) notes.push(`${name}.${suffix} was cut at ${MAX_BYTES} bytes`);
  }
  return { artifacts, texts, notes };
}
