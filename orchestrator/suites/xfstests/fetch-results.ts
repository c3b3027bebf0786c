import { mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { GuestDeath } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';
import { oneLine } from '../shared/one-line.ts';

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
 * Copies a test's files out, each bounded, under names of our own making: of the guest's names none is taken. Links are not followed.
 * What goes wrong is a note; rejects only with GuestDeath.
 */
export async function fetchResults(guest: Guest, { resultBase, name, localDir, timeoutMs }: { readonly resultBase: string; readonly name: string; readonly localDir: string; readonly timeoutMs: number }): Promise<FetchedResults> {
  const files = new Map<ResultFile, string>();
  const notes: string[] = [];
  const remote = (suffix: ResultFile): string => posix.join(resultBase, `${name}.${suffix}`);
  try {
    const { stdout } = await guest.exec(['find', ...SUFFIXES.map(remote), '-maxdepth', '0', '-type', 'f', '-size', '+0', '-printf', '%p\\n'], { timeoutMs });
    const there = new Set(stdout.split('\n'));
    const wanted = SUFFIXES.filter((suffix) => there.has(remote(suffix)));
    if (wanted.length > 0) await mkdir(localDir, { recursive: true });
    for (const suffix of wanted) {
      const path = join(localDir, suffix);
      const { bytes, truncated } = await guest.download(remote(suffix), path, { maxBytes: MAX_BYTES });
      if (truncated) notes.push(`${name}.${suffix} was cut at ${bytes} bytes`);
      files.set(suffix, path);
    }
  } catch (error) {
    if (error instanceof GuestDeath) throw error;
    notes.push(`the test's files could not be fetched whole: ${oneLine(error instanceof Error ? error.message : String(error), 300)}`);
  }
  return { files, notes };
}
