import { cleanLine } from '../../text/clean-text.ts';
import { describeTrend } from '../../history/describe-trend.ts';
import { describeProgress } from '../../facts/describe-progress.ts';
import { formatDuration, formatMetricValue, formatTotals, HEADLINES, plural } from '../../text/format.ts';
import { groupBy } from '../../text/group-by.ts';
import { failureRate } from '../../history/failure-rate.ts';
import type { HistoryFigure } from '../../history/query-metrics.ts';
import type { HistoryLine, PastRun } from '../../history/query-history.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { formatChange, median } from '../../text/median.ts';
import { countOutcomes } from '../../fold/outcomes.ts';
import { nameState, type RunState } from '../../fold/run-state.ts';
import { fitLine } from './fit-line.ts';
import { type Palette, PLAIN } from './palette.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

interface Terminal {
  readonly width: number;
  readonly palette: Palette;
}

const PLAIN_TERMINAL: Terminal = { width: Infinity, palette: PLAIN };

interface ShownRun extends Pick<PastRun, 'runId' | 'matrix' | 'totals' | 'known'> {
  readonly state: RunState;
  /** Its folder was removed; what its tests came to is known. */
  readonly isGone: boolean;
}

/** The runs, one a line, as they come. */
export function formatRuns(runs: readonly ShownRun[], { width, palette }: Terminal = PLAIN_TERMINAL): string[] {
  return runs.map(({ runId, matrix, state, isGone, totals, known }) => {
    const toCome = state === 'running' ? { unreached: 0 } : {};
    return fitLine(
      [
        { text: `${runId}  ` },
        { text: `${matrix}  `, style: palette.bold },
        {
          text: `${formatTotals({ ...countOutcomes([]), ...totals, ...toCome }, known)}  `,
        },
        {
          text: state === 'running' ? describeRunning(totals) : (nameState(state) ?? ''),
          style: state === 'running' ? palette.bold : (text) => palette.outcome('infra', text),
        },
        {
          text: `${isGone && nameState(state) !== undefined ? '  ' : ''}${isGone ? 'removed' : ''}`,
          style: palette.dim,
        },
      ],
      width,
    );
  });
}

/** What is still to come is no gap. */
function describeRunning(totals: ShownRun['totals']): string {
  return (totals.unreached ?? 0) === 0 ? 'running' : `running, ${describeProgress(totals)}`;
}

/** A test's runs cell by cell, newest first, and below them what one wants to see first of its figures. */
export function formatTestHistory(
  lines: readonly HistoryLine[],
  figures: readonly HistoryFigure[],
  terminal: Terminal = PLAIN_TERMINAL,
): string[] {
  const figuresOf = groupBy(figures, ({ cell }) => cell);
  return [...groupBy(lines, ({ cell }) => cell)].flatMap(([cell, own], index) => [
    ...(index > 0 ? [''] : []),
    ...formatCell(cell, own, terminal),
    ...formatShapes(figuresOf.get(cell) ?? [], terminal),
  ]);
}

/** Figures run by run, newest first, cell by cell. */
export function formatFigures(
  figures: readonly HistoryFigure[],
  { width, palette }: Terminal = PLAIN_TERMINAL,
): string[] {
  return [...groupBy(figures, ({ cell, name }) => `${cleanLine(cell)}  ${cleanLine(name)}`)].flatMap(
    ([title, own], index) => {
      const values = own.map(({ value }) => value);
      const middle = median(values);
      const shownMiddle = own[0] ? formatMetricValue({ ...own[0], value: middle }) : '';
      const shown = own.map((figure) => formatMetricValue(figure));
      const trend = describeTrend(own);
      const column = Math.max(...shown.map(({ length }) => length));
      return [
        ...(index > 0 ? [''] : []),
        `${palette.bold(title)}  median ${shownMiddle}  ${sparkLine(values.toReversed())}`,
        ...(trend === undefined ? [] : [fitLine([{ text: `  ${trend}`, style: palette.dim }], width)]),
        ...own.map(({ run, value }, place) =>
          fitLine(
            [
              {
                text: [
                  (shown[place] ?? '').padStart(column),
                  formatChange(value, middle).padStart(8),
                  run.runId,
                  '',
                ].join('  '),
              },
              { text: run.kernelRelease ?? 'no kernel', style: palette.dim },
            ],
            width,
          ),
        ),
      ];
    },
  );
}

function formatCell(cell: string, lines: readonly HistoryLine[], { width, palette }: Terminal): string[] {
  const { failed, of } = failureRate(lines);
  const strip = lines
    .toReversed()
    .map(({ outcome }) => palette.outcome(outcome, MARKS[outcome]))
    .join('');
  return [
    `${palette.bold(cleanLine(cell))}  failed in ${failed} of ${plural(of, 'run')}  ${strip}`,
    ...lines.map(({ run, outcome, message, durationMs, attempts, failed: failures }) =>
      fitLine(
        [
          { text: `${MARKS[outcome]} ${outcome.padEnd(9)}`, style: (text) => palette.outcome(outcome, text) },
          { text: ` ${run.runId}  ` },
          {
            text: [
              run.kernelRelease ?? 'no kernel',
              formatDuration(durationMs),
              ...(attempts > 1 ? [`${failures} of ${attempts} attempts failed`] : []),
            ].join('  '),
            style: palette.dim,
          },
          { text: message === undefined ? '' : `  ${cleanLine(message)}` },
        ],
        width,
      ),
    ),
  ];
}

/** One line a figure: where it is now, where it usually is, and its way there. */
function formatShapes(figures: readonly HistoryFigure[], { width, palette }: Terminal): string[] {
  const byName = groupBy(figures, ({ name }) => name);
  const shown = HEADLINES.flatMap((name) => {
    const own = byName.get(name) ?? [];
    const [newest] = own;
    return newest === undefined || own.every(({ value }) => value === 0)
      ? []
      : [{ name, newest, values: own.map(({ value }) => value) }];
  });
  return shown.map(({ name, newest, values }) => {
    const middle = median(values);
    return fitLine(
      [
        { text: `  ${name.padEnd(16)} ${formatMetricValue(newest).padStart(11)}  ` },
        {
          text: `median ${formatMetricValue({ ...newest, value: middle })}, now ${formatChange(newest.value, middle)}  `,
          style: palette.dim,
        },
        { text: sparkLine(values.toReversed()) },
      ],
      width,
    );
  });
}

/** Values as bars, one a value, from the least to the most of them; all in the middle if they are the same. */
export function sparkLine(values: readonly number[]): string {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return values
    .map(
      (value) =>
        BARS[high === low ? 3 : Math.min(BARS.length - 1, Math.floor(((value - low) / (high - low)) * BARS.length))],
    )
    .join('');
}
