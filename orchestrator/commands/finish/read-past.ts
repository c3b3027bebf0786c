import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openHistory } from '../../../reports/history/history.ts';
import type { PastOf } from '../../../reports/history/query-history.ts';
import { STRIP_RUNS } from '../../../reports/formats/html/history-strip.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { runsDir } from '../../model/paths.ts';
import { logLine } from '../../host/log-line.ts';
import { messageOf } from '../../model/message-of.ts';

/**
 * For the page of a run: what its tests did in the runs before it, in the folder that it lies in. Nothing where that is
 * no folder of runs, as for one that was copied elsewhere. Where history cannot be read the page is made without it.
 */
export async function readPast(runDir: string, { matrix, startedAt }: RunSummary): Promise<PastOf | undefined> {
  const runs = dirname(runDir);
  if (runs !== runsDir() && !existsSync(join(runs, 'history')) && !existsSync(join(runs, 'latest'))) return undefined;
  // DuckDB, which reads history, takes as much memory as half of the controller.
  if (await isFirst(runDir)) return () => [];
  try {
    using history = await openHistory(runs, logLine);
    return (await history.before(matrix, startedAt, STRIP_RUNS)).of;
  } catch (error) {
    logLine(`report.html does without history: ${messageOf(error)}`);
    return undefined;
  }
}

/** Whether the folder of runs holds no other run and no history. */
async function isFirst(runDir: string): Promise<boolean> {
  const names = await readdir(dirname(runDir));
  return names.every((name) => name === basename(runDir) || name === 'latest' || name.startsWith('.'));
}
