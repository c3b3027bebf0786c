import { median } from '../../reports/text/median.ts';

/** `5.1 s (4.9 to 6.0, 5 runs)` */
export function describeSeconds(ms: readonly number[]): string {
  const [low, high] = [Math.min(...ms), Math.max(...ms)].map((value) => (value / 1000).toFixed(2));
  return `${(median(ms) / 1000).toFixed(2)} s (${low} to ${high}, ${ms.length} runs)`;
}
