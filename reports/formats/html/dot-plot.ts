import { html, type Markup } from './markup.ts';

/** One row of a plot: a figure's repeats in one place. */
export interface DotRow {
  readonly label: string;
  /** One an attempt. */
  readonly values: readonly number[];
  readonly median: number;
  /** The median's interval. */
  readonly interval?: { readonly low: number; readonly high: number };
}

export interface DotPlot {
  readonly caption: Markup;
  readonly rows: readonly DotRow[];
  readonly format: (value: number) => string;
}

const WIDTH = 1000;
const MIDDLE = 7;

/**
 * Rows of dots over one scale from zero, each with its median as a tick and the median's interval as a bar behind. It
 * is a table with a drawing in each row, so it reads aloud, prints and wraps on a phone. A charting library would bring
 * a document of its own for less.
 */
export function renderDotPlot({ caption, rows, format }: DotPlot): Markup {
  const max = Math.max(...rows.flatMap(({ values, interval }) => [...values, interval?.high ?? 0]), Number.MIN_VALUE);
  const several = rows.some(({ values }) => values.length > 1);
  const lines = rows.map((row) => {
    const { label, values, median, interval } = row;
    const spread = interval && `${format(interval.low)} … ${format(interval.high)}`;
    return html`
      <tr>
        <th scope="row">${label}</th>
        <td class="plot">${renderRow(row, (WIDTH - 20) / max)}</td>
        <td class="num">${format(median)}</td>
        ${several && html`<td class="faint num">${spread}</td><td class="faint num">n=${values.length}</td>`}
      </tr>
`;
  });
  return html`<table class="dots"><caption>${caption}</caption>
${lines}</table>
`;
}

function renderRow({ values, median, interval }: DotRow, scale: number): Markup {
  const x = (value: number): number => Math.round(10 + value * scale);
  const bar = interval && `M${x(interval.low)} ${MIDDLE}H${Math.max(x(interval.high), x(interval.low) + 2)}`;
  const dots = values.map((value) => `M${x(value)} ${MIDDLE}h0`).join('');
  return html`
    <svg viewBox="0 0 ${WIDTH} ${2 * MIDDLE}" preserveAspectRatio="none" aria-hidden="true">
      <path class="axis" d="M10 ${MIDDLE}H${WIDTH - 10}"/>
      ${bar !== undefined && html`<path class="interval" d="${bar}"/>`}
      <path class="dot" d="${dots}"/>
      ${values.length > 1 && html`<path class="median" d="M${x(median)} 1v${2 * MIDDLE - 2}"/>`}
    </svg>`;
}
