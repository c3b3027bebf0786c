import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type History, openHistory } from '../../reports/history/history.ts';
import type { HistoryFigure } from '../../reports/history/query-metrics.ts';
import type { HistoryLine, PastRun } from '../../reports/history/query-history.ts';
import { type RunState, stateOf } from '../../reports/fold/run-state.ts';
import { formatFigures, formatRuns, formatTestHistory } from '../../reports/formats/terminal/history-text.ts';
import { choosePalette } from '../../reports/formats/terminal/palette.ts';
import { widthOf } from '../../reports/formats/terminal/width-of.ts';
import { UserError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { runsDir } from '../model/paths.ts';
import { isClaimed } from '../run/record/claim-run.ts';
import { logLine } from '../host/log-line.ts';
import { printText } from '../host/print.ts';
import { present } from '../model/present.ts';

export interface HistoryOptions {
  /** A part of a cell's id. */
  readonly cell?: string;
  /** A part of a figure's name. */
  readonly metric?: string;
  readonly last: number;
  readonly runs?: string;
}

/**
 * `pmemrig history [TEST]`: a test's outcomes and figures over the newest runs, cell by cell; without one, the runs.
 */
export async function historyCommand(test: string | undefined, options: HistoryOptions): Promise<number> {
  const dir = resolve(options.runs ?? runsDir());
  if (test === undefined && options.metric !== undefined)
    throw new UserError('a figure is of a test', {
      code: 'no-test',
      remedy: `pmemrig history TEST --metric ${options.metric}`,
    });
  using history = await openHistory(dir, logLine);
  if (history.runs.length === 0)
    throw new UserError(`no run is known in ${dir}`, {
      code: 'no-history',
      remedy: 'run a matrix first: pmemrig run matrices/smoke.yaml',
    });
  const terminal = { palette: choosePalette(process.stdout), width: widthOf(process.stdout) };
  const lines = await (async (): Promise<string[]> => {
    if (test === undefined) return formatRuns(await withStates(dir, findRuns(history, options)), terminal);
    const found = await findTest(history, test, options);
    const figures = await history.metrics({
      test,
      last: options.last,
      ...present({ cell: options.cell }),
    });
    return options.metric === undefined
      ? formatTestHistory(found, figures, terminal)
      : formatFigures(findFigures(figures, test, options.metric), terminal);
  })();
  printText(`${lines.join('\n')}\n`);
  return 0;
}

function findRuns({ runs }: History, { cell, last }: HistoryOptions): History['runs'] {
  const found = cell === undefined ? runs : runs.filter((run) => run.cells.some((id) => id.includes(cell)));
  if (found.length > 0) return found.slice(0, last);
  throw new UserError(`no run has a cell with "${cell}" in its id`, {
    code: 'no-history',
    remedy: 'pmemrig history lists the runs, pmemrig list MATRIX the cells of a matrix',
  });
}

/**
 * History has what journals say; its controller shows whether a run without an end goes on, and its folder whether it
 * is there.
 */
async function withStates(
  dir: string,
  runs: readonly PastRun[],
): Promise<(PastRun & { readonly state: RunState; readonly isGone: boolean })[]> {
  return Promise.all(
    runs.map(async (run) =>
      Object.assign(
        {
          state: stateOf(run.ending, await isClaimed(join(dir, run.runId))),
          isGone: !existsSync(join(dir, run.runId, 'events.jsonl')),
        },
        run,
      ),
    ),
  );
}

function findFigures(figures: readonly HistoryFigure[], test: string, metric: string): readonly HistoryFigure[] {
  const found = figures.filter(({ name }) => name.includes(metric));
  if (found.length > 0) return found;
  const names = [...new Set(figures.map(({ name }) => name))].toSorted();
  throw new UserError(`${test} has no figure with "${metric}" in its name`, {
    code: 'no-history',
    remedy: names.length === 0 ? 'its suite measures nothing' : `it has ${names.join(', ')}`,
  });
}

async function findTest(
  history: History,
  test: string,
  { cell, last }: HistoryOptions,
): Promise<readonly HistoryLine[]> {
  const found = await history.test({ test, last, ...present({ cell }) });
  if (found.length > 0) return found;
  if (cell !== undefined && (await history.test({ test, last: 1 })).length > 0)
    throw new UserError(`no cell with "${cell}" in its id has ${test}`, {
      code: 'no-history',
      remedy: `pmemrig history ${test} lists the cells that have it`,
    });
  const names = await history.testNames();
  // What one has at hand is often the harness' name for it: generic/413.
  const suggestion = names.find((name) => name.endsWith(`/${test}`)) ?? nearest(test, names);
  throw new UserError(`no run knows the test ${test}`, {
    code: 'no-history',
    remedy:
      suggestion === undefined ? 'a test has its suite before it: xfstests/generic/413' : `did you mean ${suggestion}?`,
  });
}
