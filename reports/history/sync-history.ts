import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { describeError } from '../../orchestrator/model/errors.ts';
import { summarizeRun } from '../fold/summarize-run.ts';
import { historyDir, METRICS_SUFFIX, TESTS_SUFFIX } from './history-dir.ts';
import { writeRecord } from './history-files.ts';
import { recordOf } from './history-record.ts';
import { type Duck, fromFiles } from './parquet.ts';
import { plural } from '../text/format.ts';

const known = z.object({ run_id: z.string(), journal_bytes: z.number() });

/** The runs' files that hold tests. */
export async function listHistory(runsDir: string): Promise<string[]> {
  return listFiles(runsDir, TESTS_SUFFIX);
}

/** The runs' files that hold figures; a run without figures does not have one. */
export async function listMetrics(runsDir: string): Promise<string[]> {
  return listFiles(runsDir, METRICS_SUFFIX);
}

async function listFiles(runsDir: string, suffix: string): Promise<string[]> {
  const dir = historyDir(runsDir);
  const names = await readdir(dir).catch(() => []);
  return names
    .filter((name) => name.endsWith(suffix))
    .toSorted()
    .map((name) => join(dir, name));
}

/**
 * Brings history up to date with the journals below `runsDir`: those that are new, or have grown since they were read,
 * are read. What it knows of a run whose folder is gone stays. Any number of processes may do so at once: each run has
 * files of its own, renamed into place.
 *
 * @param log prints each journal that cannot be read, and of long work
 * Rejects with what the file system or DuckDB rejects with.
 */
export async function syncHistory(duck: Duck, runsDir: string, log: (line: string) => void): Promise<void> {
  const dir = historyDir(runsDir);
  const seen = await readKnown(duck, await listHistory(runsDir), log);
  const stale = await findStale(runsDir, seen);
  if (stale.length === 0) return;
  try {
    await mkdir(dir, { recursive: true });
  } catch (error) {
    if (!isForbidden(error)) throw error;
    // A copy that somebody published: what history came with it can still be read.
    log(`history leaves out ${plural(stale.length, 'run')} that it does not know yet: ${dir} cannot be written`);
    return;
  }
  if (stale.length > 20) log(`history: reading ${stale.length} journals`);
  for (const { name, folder, bytes } of stale) {
    try {
      // By the folder's name: what a foreign journal calls itself is no file name.
      await writeRecord(duck, dir, { ...recordOf(await summarizeRun(folder), bytes), runId: name });
    } catch (error) {
      if (error instanceof Error && 'syscall' in error) throw error;
      log(`history leaves out ${folder}: ${describeError(error)}`);
    }
  }
}

function isForbidden(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'EPERM')
  );
}

/** Bytes of the journal that each run was read from. */
async function readKnown(
  { connection }: Duck,
  files: readonly string[],
  log: (line: string) => void,
): Promise<Map<string, number>> {
  const read = async (some: readonly string[]): Promise<z.infer<typeof known>[]> => {
    if (some.length === 0) return [];
    const reader = await connection.runAndReadAll(
      `SELECT run_id, first(journal_bytes) AS journal_bytes FROM ${fromFiles(some)} GROUP BY run_id`,
    );
    return z.array(known).parse(reader.getRowObjectsJS());
  };
  const rows = await read(files).catch(async () => {
    // One of them is no Parquet file of ours. It goes aside, and is made again from its journal.
    const readable: z.infer<typeof known>[] = [];
    for (const file of files) {
      readable.push(
        ...(await read([file]).catch(async (error: unknown) => {
          log(`history puts ${file} aside as .unreadable: ${describeError(error)}`);
          await rename(file, `${file}.unreadable`);
          return [];
        })),
      );
    }
    return readable;
  });
  return new Map(rows.map(({ run_id, journal_bytes }) => [run_id, journal_bytes]));
}

async function findStale(
  runsDir: string,
  seen: ReadonlyMap<string, number>,
): Promise<{ readonly name: string; readonly folder: string; readonly bytes: number }[]> {
  const names = (await readdir(runsDir).catch(() => [])).filter((name) => /^\d{8}-\d{6}-/.test(name)).toSorted();
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = join(runsDir, name);
      const bytes = (await stat(join(folder, 'events.jsonl')).catch(() => undefined))?.size ?? 0;
      return { name, folder, bytes };
    }),
  );
  // A run that has said nothing yet does not count.
  return found.filter(({ name, bytes }) => bytes > 0 && seen.get(name) !== bytes);
}
