import { resolve } from 'node:path';
import { cleanLine } from '../../reports/clean-text.ts';
import { formatDuration, formatTotals, plural } from '../../reports/format.ts';
import { type History, openHistory } from '../../reports/history/history.ts';
import type { HistoryLine } from '../../reports/history/query-history.ts';
import { MARKS } from '../../reports/marks.ts';
import { countOutcomes, FAILURES } from '../../reports/outcomes.ts';
import { fitLine } from '../../reports/terminal/fit-line.ts';
import { choosePalette, type Palette } from '../../reports/terminal/palette.ts';
import { UserError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { runsDir } from '../model/paths.ts';
import { logLine } from './log-line.ts';

export interface HistoryOptions {
  readonly cell?: string;
  readonly last: number;
  readonly runs?: string;
}

/** `pmemrig history [TEST]`: a test's outcomes over the newest runs, cell by cell; without one, the runs. */
export async function historyCommand(test: string | undefined, { cell, last, runs }: HistoryOptions): Promise<number> {
  const dir = resolve(runs ?? runsDir());
  using history = await openHistory(dir, logLine);
  if (history.runs.length === 0) throw new UserError(`no run is known in ${dir}`, { code: 'no-history', remedy: 'run a matrix first: pmemrig run matrices/smoke.yaml' });
  const palette = choosePalette(process.stdout);
  const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
  const lines = test === undefined ? formatRuns(history, last, width, palette) : formatTest(await findTest(history, test, cell, last), width, palette);
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

async function findTest(history: History, test: string, cell: string | undefined, last: number): Promise<readonly HistoryLine[]> {
  const found = await history.test({ test, last, ...(cell !== undefined && { cell }) });
  if (found.length > 0) return found;
  if (cell !== undefined && (await history.test({ test, last: 1 })).length > 0) throw new UserError(`no cell with "${cell}" in its id has ${test}`, { code: 'no-history', remedy: `pmemrig history ${test} lists the cells that have it` });
  const names = await history.testNames();
  // What one has at hand is often the harness' name for it: generic/413.
  const suggestion = names.find((name) => name.endsWith(`/${test}`)) ?? nearest(test, names);
  throw new UserError(`no run knows the test ${test}`, { code: 'no-history', remedy: suggestion === undefined ? 'a test has its suite before it: xfstests/generic/413' : `did you mean ${suggestion}?` });
}

function formatRuns({ runs }: History, last: number, width: number, palette: Palette): string[] {
  return runs.slice(0, last).map(({ runId, matrix, ending, totals, known }) =>
    fitLine([{ text: `${runId}  ` }, { text: `${matrix}  `, style: palette.bold }, { text: `${formatTotals({ ...countOutcomes([]), ...totals }, known)}  ` }, { text: ending === 'finished' ? '' : ending, style: (text) => palette.outcome('infra', text) }], width),
  );
}

function formatTest(lines: readonly HistoryLine[], width: number, palette: Palette): string[] {
  const cells = new Map<string, HistoryLine[]>();
  for (const line of lines) cells.set(line.cell, [...(cells.get(line.cell) ?? []), line]);
  return [...cells].flatMap(([cell, own], index) => {
    const ran = own.filter(({ outcome, forgiven }) => !forgiven && (outcome === 'pass' || outcome === 'flaky' || FAILURES.has(outcome)));
    const failed = ran.filter(({ outcome }) => outcome !== 'pass').length;
    const strip = own.toReversed().map(({ outcome }) => palette.outcome(outcome, MARKS[outcome])).join('');
    return [
      ...(index > 0 ? [''] : []),
      `${palette.bold(cleanLine(cell))}  failed in ${failed} of ${plural(ran.length, 'run')}  ${strip}`,
      ...own.map(({ run, outcome, message, durationMs, attempts, failed: failures }) =>
        fitLine(
          [
            { text: `${MARKS[outcome]} ${outcome.padEnd(9)}`, style: (text) => palette.outcome(outcome, text) },
            { text: ` ${run.runId}  ` },
            { text: `${run.kernelRelease ?? 'no kernel'}  ${formatDuration(durationMs)}${attempts > 1 ? `  ${failures} of ${attempts} attempts failed` : ''}`, style: palette.dim },
            { text: message === undefined ? '' : `  ${cleanLine(message)}` },
          ],
          width,
        ),
      ),
    ];
  });
}
