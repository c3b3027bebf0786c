import stringWidth from 'string-width';

/** A stretch of a line; `style` adds bytes but no width. */
export interface Span {
  readonly text: string;
  readonly style?: (text: string) => string;
}

/** Joins spans to a line of at most `width` columns; an ellipsis shows where it was cut. */
export function fitLine(spans: readonly Span[], width: number): string {
  const isWhole = stringWidth(spans.map(({ text }) => text).join('')) <= width;
  let left = isWhole ? Infinity : Math.max(0, width - 1);
  let line = '';
  for (const { text, style = (plain: string) => plain } of spans) {
    const kept = cut(text, left);
    if (kept !== '') line += style(kept);
    left -= stringWidth(kept);
    if (kept.length < text.length) return width > 0 ? `${line}…` : '';
  }
  return line;
}

/** What a reader takes for one character may be several code points, of which half is no part. */
const CHARACTERS = new Intl.Segmenter();

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let columns = 0;
  let kept = '';
  for (const { segment } of CHARACTERS.segment(text)) {
    columns += stringWidth(segment);
    if (columns > width) break;
    kept += segment;
  }
  return kept;
}
