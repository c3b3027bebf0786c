import { dirname } from 'node:path';
import { RunFold } from '../../reports/fold.ts';
import { openHistory } from '../../reports/history/history.ts';
import { readJournal } from '../../reports/read-journal.ts';
import type { RunSummary } from '../../reports/summary.ts';
import { compareRuns, type Comparison } from '../../reports/verdicts/compare-runs.ts';
import { logLine } from './log-line.ts';

/** A run as its journal tells it. */
export async function readRun(dir: string): Promise<RunSummary> {
  const fold = new RunFold();
  for await (const event of readJournal(dir)) fold.apply(event);
  return fold.summarize();
}

/** Compares a run with a baseline, wherever that lies; the past is that of the folder which the run is in. */
export async function compareWith(baseDir: string, now: RunSummary, nowDir: string): Promise<Comparison> {
  const base = await readRun(baseDir);
  using history = await openHistory(dirname(nowDir), logLine);
  const past = await history.before(now.matrix, now.startedAt);
  return compareRuns(base, now, past.of);
}
