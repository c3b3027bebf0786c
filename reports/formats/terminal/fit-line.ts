/** A stretch of a line; `style` adds bytes but no width. */
export interface Span {
  readonly text: string;
  readonly style?: (text: string) => string;
}

/** East Asian and emoji characters, near enough: what may take two columns is counted as two, so a line may end early but never wraps. */
const MAYBE_WIDE =
  /[\u{1100}-\u{115f}\u{2e80}-\u{a4cf}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1f000}-\u{3fffd}]/u;

/** Joins spans to a line of at most `width` columns; an ellipsis shows where it was cut. */
export function fitLine(spans: readonly Span[], width: number): string {
  const total = spans.reduce((sum, { text }) => sum + measure(text), 0);
  let left = total > width ? Math.max(0, width - 1) : width;
  let line = '';
  for (const { text, style = (plain: string) => plain } of spans) {
    const kept = cut(text, left);
    if (kept !== '') line += style(kept);
    left -= measure(kept);
    if (kept.length < text.length) return width > 0 ? `${line}…` : '';
  }
  return line;
}

/** Columns of clean text, at most. */
export function measure(text: string): number {
  let columns = 0;
  for (const char of text) columns += MAYBE_WIDE.test(char) ? 2 : 1;
  return columns;
}

function cut(text: string, width: number): string {
  let columns = 0;
  let kept = '';
  for (const char of text) {
    columns += measure(char);
    if (columns > width) break;
    kept += char;
  }
  return kept;
}
