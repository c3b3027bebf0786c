const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

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
