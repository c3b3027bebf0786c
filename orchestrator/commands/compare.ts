import { dirname, resolve } from 'node:path';
import { RunFold } from '../../reports/fold.ts';
import { openHistory } from '../../reports/history/history.ts';
import { UNKNOWNS } from '../../reports/outcomes.ts';
import { readJournal } from '../../reports/read-journal.ts';
import type { RunSummary } from '../../reports/summary.ts';
import { choosePalette } from '../../reports/terminal/palette.ts';
import { compareRuns, type Comparison, isAlarm } from '../../reports/verdicts/compare-runs.ts';
import { formatComparison } from '../../reports/verdicts/comparison-text.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { findRun } from './find-run.ts';

/** `pmemrig compare A [B]`: what B did otherwise than A, with the rates of the runs before. Exit status 1 for an alarm, 3 where the rig could not tell. */
export async function compareCommand(base: string, now: string, options: { readonly runs?: string; readonly json?: boolean }): Promise<number> {
  const runs = resolve(options.runs ?? runsDir());
  const [baseDir, nowDir] = [findRun(base, runs), findRun(now, runs)];
  if (baseDir === nowDir) throw new UserError(`both are the run ${baseDir}`, { code: 'same-run', remedy: `name an earlier one: ls ${runs}` });
  const [before, after] = [await readRun(baseDir), await readRun(nowDir)];
  // The past is that of the folder which the newer run is in, wherever the baseline came from.
  using history = await openHistory(dirname(nowDir), (line) => void process.stderr.write(`${line}\n`));
  const past = await history.before(after.matrix, after.startedAt);
  const comparison = compareRuns(before, after, past.of);
  if (comparison.onlyNow.length === after.cells.length) {
    throw new UserError(`the runs have no cell in common: ${before.runId} has ${describeCells(before)}, ${after.runId} has ${describeCells(after)}`, { code: 'nothing-in-common', remedy: 'compare runs of one matrix; a cell is the same by its kernel, topology, filesystem and suite names' });
  }
  process.stdout.write(options.json === true ? `${JSON.stringify(toJson(comparison))}\n` : `${formatComparison(comparison, { width: process.stdout.isTTY ? process.stdout.columns : Infinity, palette: choosePalette(process.stdout) }).join('\n')}\n`);
  return judgeComparison(comparison);
}

async function readRun(dir: string): Promise<RunSummary> {
  const fold = new RunFold();
  for await (const event of readJournal(dir)) fold.apply(event);
  return fold.summarize();
}

function judgeComparison({ tests, now }: Comparison): 0 | 1 | 3 {
  if (tests.some(isAlarm)) return 1;
  return now.ending.reason !== 'finished' || tests.some((test) => test.now !== undefined && UNKNOWNS.has(test.now)) ? 3 : 0;
}

function describeCells({ cells }: RunSummary): string {
  const shown = cells.slice(0, 3).map(({ id }) => id).join(', ');
  return cells.length > 3 ? `${shown} and ${cells.length - 3} more` : shown;
}

/** Without the runs' own contents, which are in their journals. */
function toJson({ base, now, ...rest }: Comparison): unknown {
  return { base: base.runId, now: now.runId, ...rest };
}
