import { html, type Markup } from '../../formats/html/markup.ts';
import { median } from '../../text/median.ts';

/** One run of a trend. */
export interface TrendPoint {
  readonly value: number;
  /** For the pointer: which run, what value. */
  readonly title: string;
  /** Where it differs from the point before, the chart says so. */
  readonly release?: string;
}

const WIDTH = 900;
const HEIGHT = 220;
const EDGE = { left: 70, right: 12, top: 22, bottom: 12 };
/** Labels of releases nearer than this would overlap. */
const MIN_LABEL_GAP = 90;

/**
 * Values over runs, oldest first, as an SVG of its own. A run is a dot, the median a line, and a mark stands where the
 * kernel changed.
 * @param describe what it shows, for those who do not see it
 */
export function renderTrend(
  points: readonly TrendPoint[],
  describe: string,
  format: (value: number) => string,
): Markup {
  if (points.length === 0) return html``;
  const { low, high, ticks } = scaleOf(points.map(({ value }) => value));
  const x = (index: number): number =>
    round(EDGE.left + (points.length === 1 ? 0.5 : index / (points.length - 1)) * (WIDTH - EDGE.left - EDGE.right));
  const y = (value: number): number =>
    round(HEIGHT - EDGE.bottom - ((value - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom));
  const radius = points.length > 120 ? 2 : 3;
  const middle = y(median(points.map(({ value }) => value)));
  // Beside the axis there is room for a number and a short unit; the page's title has the long one.
  const axis = ticks.map((tick) => {
    const label = format(tick).replace(/ instructions$/, '');
    return html`
      ${renderLevel('axis', y(tick))}
      <text class="tick" x="${EDGE.left - 6}" y="${y(tick) + 4}" text-anchor="end">${label}</text>`;
  });
  const line = points.map(({ value }, index) => `${x(index)},${y(value)}`).join(' ');
  const dots = points.map(({ value, title }, index) => {
    const look = index === points.length - 1 && html` class="newest"`;
    return html`<circle${look} cx="${x(index)}" cy="${y(value)}" r="${radius}"><title>${title}</title></circle>`;
  });
  return html`<svg class="trend" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${describe}">
${axis}
${renderReleases(points, x)}
    ${renderLevel('median', middle)}
    <polyline class="line" points="${line}"/>
${dots}
</svg>
`;
}

function renderLevel(look: string, y: number): Markup {
  return html`<line class="${look}" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${y}" y2="${y}"/>`;
}

/** The shape alone, for a line of a table. */
export function renderSpark(values: readonly number[]): Markup {
  if (values.length < 2) return html``;
  const [low, high] = extent(values);
  const y = (value: number): number => round(high === low ? 15 : 28 - ((value - low) / (high - low)) * 26);
  const x = (index: number): number => round((index / (values.length - 1)) * 118 + 1);
  const line = values.map((value, index) => `${x(index)},${y(value)}`).join(' ');
  return html`
    <svg class="spark" viewBox="0 0 120 30" preserveAspectRatio="none" aria-hidden="true">
      <polyline class="line" vector-effect="non-scaling-stroke" points="${line}"/>
    </svg>`;
}

function renderReleases(points: readonly TrendPoint[], x: (index: number) => number): readonly Markup[] {
  let labelledAt = Number.NEGATIVE_INFINITY;
  return points.flatMap(({ release }, index) => {
    if (
      release === undefined ||
      release === points.slice(0, index).findLast((point) => point.release !== undefined)?.release
    )
      return [];
    const at = x(index);
    const room = at - labelledAt >= MIN_LABEL_GAP;
    if (room) labelledAt = at;
    const anchor = at > WIDTH - 2 * MIN_LABEL_GAP ? 'end' : 'start';
    return [
      html`
        <line class="release" x1="${at}" x2="${at}" y1="${EDGE.top - 6}" y2="${HEIGHT - EDGE.bottom}"/>
        ${room && html`<text class="name" x="${at}" y="${EDGE.top - 10}" text-anchor="${anchor}">${release}</text>`}`,
    ];
  });
}

/**
 * From a round number below the values to one above, with some between. Half of the chart or more is the values' own.
 */
function scaleOf(values: readonly number[]): {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
} {
  const [least, most] = extent(values);
  const span = most - least;
  // What does not vary much is not to look as if it did: the scale is never narrower than a tenth of the value.
  const shown = Math.max(span, Math.abs(most) * 0.1) || 1;
  const rough = Math.max(shown / 3, 1e-12);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const low = Math.floor((least - (shown - span) / 2) / step) * step;
  const high = Math.max(Math.ceil((most + (shown - span) / 2) / step) * step, low + step);
  const start = least >= 0 ? Math.max(0, low) : low;
  return {
    low: start,
    high,
    ticks: Array.from({ length: Math.round((high - start) / step) + 1 }, (_, index) => start + index * step),
  };
}

/** Not by spreading: a call takes no more than some ten thousand arguments. */
function extent(values: readonly number[]): [number, number] {
  return [
    values.reduce((least, value) => Math.min(least, value), Infinity),
    values.reduce((most, value) => Math.max(most, value), -Infinity),
  ];
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
