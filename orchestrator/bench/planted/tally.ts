import { judgeFigures, type FigureJudgement, type FigureSample } from '../../../reports/figures/judge-figure.ts';
import { median } from '../../../reports/text/median.ts';

/** How much longer each I/O is made. `base` is what the others are judged by; with `none` they are alike. */
export const VARIANTS = { base: 0, none: 0, '5 %': 0.05, '20 %': 0.2 } as const;
export type Variant = keyof typeof VARIANTS;
/** What is judged. */
export const PLANTED = ['none', '5 %', '20 %'] as const satisfies readonly Variant[];

/** The values of one trial, repeats in the order in which they were measured. */
export type Trial = Readonly<Record<Variant, readonly number[]>>;
export type Figure = Omit<FigureSample, 'base' | 'now'>;

/** Each variant against the base, as the rig would judge a run's only figure. */
export function judgeTrial(
  figure: Figure,
  trial: Trial,
): Readonly<Record<(typeof PLANTED)[number], FigureJudgement | undefined>> {
  const judge = (variant: Variant): FigureJudgement | undefined =>
    judgeFigures([{ ...figure, base: trial.base, now: trial[variant] }])[0];
  return { none: judge('none'), '5 %': judge('5 %'), '20 %': judge('20 %') };
}

/** What the trials come to, a table of text. */
export function formatTally(figure: Figure, trials: readonly Trial[]): string {
  const verdicts = trials.map((trial) => judgeTrial(figure, trial));
  const base = median(trials.flatMap((trial) => trial.base));
  const rows = PLANTED.map((planted) => {
    const count = (...wanted: readonly string[]): string =>
      `${verdicts.filter((judged) => wanted.includes(judged[planted]?.verdict ?? '')).length}/${trials.length}`;
    const values = trials.flatMap((trial) => trial[planted]);
    const found = planted === 'none' ? ['-', count('slower', 'faster')] : [count('slower'), count('faster')];
    return [
      planted,
      ...found,
      count('same'),
      count('cant-tell'),
      percent(median(values) / base - 1),
      format(median(values)),
      `${(100 * spread(values)).toFixed(2)} %`,
    ];
  });
  const baseRow = [
    '(base)',
    '',
    '',
    '',
    '',
    '',
    format(base),
    `${(100 * spread(trials.flatMap((trial) => trial.base))).toFixed(2)} %`,
  ];
  return align([
    ['planted', 'found', 'false alarms', 'same', 'unclear', 'measured', `median ${figure.unit}`, 'middle half'],
    baseRow,
    ...rows,
  ]);
}

/** The middle half of the values, as a part of their median. */
function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return (median(sorted.slice(-half)) - median(sorted.slice(0, half))) / median(sorted);
}

export function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`;
}

function format(value: number): string {
  return value.toFixed(0);
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
