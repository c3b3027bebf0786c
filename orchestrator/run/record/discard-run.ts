import { readdir, readlink, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeError } from '../../model/errors.ts';
import { JOURNAL_FILE } from './journal-writer.ts';
import { pointLatestAt } from './run-folder.ts';

/**
 * Removes a run in which nothing ran. `latest` goes back to the newest run that is left. Logs what keeps it from that:
 * the error that ended the run is the one to show.
 */
export async function discardRun(runDir: string, log: (line: string) => void): Promise<void> {
  try {
    await removeRun(runDir);
  } catch (error) {
    log(`${runDir}, in which nothing ran, could not be removed: ${describeError(error)}`);
  }
}

async function removeRun(runDir: string): Promise<void> {
  const runs = dirname(runDir);
  const latest = await readlink(join(runs, 'latest')).catch(() => undefined);
  // Renamed first, so that half a run is never found.
  const aside = join(runs, `.removed-${basename(runDir)}`);
  await rename(runDir, aside);
  await rm(aside, { recursive: true, force: true });
  if (latest !== basename(runDir)) return;
  const newest = await findNewestRun(runs);
  if (newest === undefined) await rm(join(runs, 'latest'), { force: true });
  else await pointLatestAt(runs, newest);
}

/** Ids begin with the time of their run. */
async function findNewestRun(runs: string): Promise<string | undefined> {
  const names = (await readdir(runs)).filter((name) => /^\d{8}-\d{6}-/.test(name)).toSorted();
  for (const name of names.toReversed())
    if (await stat(join(runs, name, JOURNAL_FILE)).catch(() => undefined)) return name;
  return undefined;
}
