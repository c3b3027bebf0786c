import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { summarizeRun } from '../../reports/fold/summarize-run.ts';
import { comparisonJson } from '../../reports/verdicts/comparison-file.ts';
import { judgeComparison } from '../../reports/verdicts/judge-comparison.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { quoteWord } from '../model/quote-word.ts';
import { findBaseline } from './judge/baseline.ts';
import { compareWith } from './judge/compare-with.ts';
import { describeComparison } from './judge/show-comparison.ts';
import { findRun } from '../run/record/find-run.ts';
import { printJson, printText } from '../host/print.ts';

/** `pmemrig compare BASE [RUN]`: what the run did otherwise, with the rates of the runs before. */
export async function compareCommand(
  base: string,
  run: string,
  options: { readonly runs?: string; readonly json?: boolean },
): Promise<number> {
  const runs = resolve(options.runs ?? runsDir());
  refuseMatrix([base, run]);
  const nowDir = findRun(run, runs);
  const now = await summarizeRun(nowDir);
  const baseDir = await findBaseline(base, runs, now);
  if (baseDir === nowDir)
    throw new UserError(`both are the run ${baseDir}`, {
      code: 'same-run',
      remedy: 'name an earlier one: pmemrig history lists them',
    });
  // History is kept beside the runs of one's own; somebody else's folder is only read.
  const comparison = await compareWith(baseDir, now, nowDir, {
    alone: dirname(nowDir) !== (await realpath(runs).catch(() => runs)),
  });
  if (comparison.base.startedAt > now.startedAt)
    throw new UserError(`${comparison.base.runId} began after ${now.runId}: a baseline is the older of the two`, {
      code: 'backwards',
      remedy: `pmemrig compare ${quoteWord(run)} ${quoteWord(base)}`,
    });
  if (comparison.onlyNow.length === now.cells.length) {
    throw new UserError(
      `the runs have no cell in common: ${comparison.base.runId} has ${describeCells(comparison.onlyBase)}, ` +
        `${now.runId} has ${describeCells(comparison.onlyNow)}`,
      {
        code: 'nothing-in-common',
        remedy:
          'compare runs of one matrix; a cell is the same by the names of its kernel, topology, filesystem and suite',
      },
    );
  }
  if (options.json === true) printJson(comparisonJson(comparison));
  else printText(describeComparison(comparison));
  return judgeComparison(comparison, now, { whole: false });
}

/** Without `--kernels` nothing is run. @throws UserError for a flag that would do nothing */
export function refuseRunFlags({
  filter,
  retries,
  repeat,
  split,
  jobs,
}: {
  readonly filter: readonly string[];
  readonly retries: number;
  readonly repeat?: number;
  readonly split?: number;
  readonly jobs?: number;
}): void {
  const idle = Object.entries({
    filter: filter.length > 0,
    retries: retries > 0,
    repeat: repeat !== undefined,
    split: split !== undefined,
    jobs: jobs !== undefined,
  }).find(([, isGiven]) => isGiven)?.[0];
  if (idle !== undefined)
    throw new UserError(`--${idle} is for a run, and compare runs nothing without --kernels`, {
      code: 'idle-flag',
      remedy: `leave --${idle} out, or name two kernels of a matrix: pmemrig compare --kernels base,patched MATRIX`,
    });
}

/** A run is a folder; of a file one means to run two kernels. */
function refuseMatrix(names: readonly string[]): void {
  const matrix = names.find(
    (name) => /\.ya?ml$/i.test(name) && statSync(name, { throwIfNoEntry: false })?.isDirectory() !== true,
  );
  if (matrix !== undefined)
    throw new UserError(`${matrix} is a matrix file, and no run`, {
      code: 'matrix-for-run',
      remedy:
        'name the two kernels of it that are to be compared: ' +
        `pmemrig compare --kernels BASE,NOW ${quoteWord(matrix)}`,
    });
}

function describeCells(cells: readonly string[]): string {
  const shown = cells.slice(0, 3).join(', ');
  return cells.length > 3 ? `${shown} and ${cells.length - 3} more` : shown;
}
