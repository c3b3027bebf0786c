import { dirname } from 'node:path';
import { openHistory } from '../../../reports/history/history.ts';
import { summarizeRun } from '../../../reports/fold/summarize-run.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { compareRuns, type Comparison } from '../../../reports/verdicts/compare-runs.ts';
import { logLine } from '../../host/log-line.ts';

/**
 * Compares a run with a baseline, wherever that lies. The past is that of the run's folder, or with `alone` the
 * baseline's only.
 */
export async function compareWith(
  baseDir: string,
  now: RunSummary,
  nowDir: string,
  { alone = false }: { readonly alone?: boolean } = {},
): Promise<Comparison> {
  const base = await summarizeRun(baseDir);
  if (alone) return compareRuns(base, now, () => []);
  using history = await openHistory(dirname(nowDir), logLine);
  const past = await history.before(now.matrix, now.startedAt);
  return compareRuns(base, now, past.of, await history.figuresBefore(now.matrix, now.startedAt, now.host));
}
