/** The middle value (the mean of the middle two): one slow run on a shared machine must not decide. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const pair = sorted.length % 2 === 1 ? sorted.slice(middle, middle + 1) : sorted.slice(middle - 1, middle + 1);
  return pair.reduce((sum, value) => sum + value, 0) / pair.length;
}

/** `5.1 s (4.9 to 6.0, 5 runs)` */
export function describeSeconds(ms: readonly number[]): string {
  const [low, high] = [Math.min(...ms), Math.max(...ms)].map((value) => (value / 1000).toFixed(2));
  return `${(median(ms) / 1000).toFixed(2)} s (${low} to ${high}, ${ms.length} runs)`;
}
