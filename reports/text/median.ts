/** The value in the middle, or the mean of the two there; NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** How far a value is off another: `+3.2 %`; nothing can be said of 0. */
export function formatChange(value: number, from: number): string {
  if (from === 0) return '';
  const percent = ((value - from) / Math.abs(from)) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}
