import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { Metric } from '../../orchestrator/model/outcome.ts';
import { OUTCOMES } from '../fold/outcomes.ts';
import type { Totals } from '../fold/summary.ts';

/** `640ms`, `4.2s`, `12m 3s`. */
export function formatDuration(ms: number): string {
  return prettyMilliseconds(ms, ms < 60_000 ? { secondsDecimalDigits: 1 } : { secondsDecimalDigits: 0, unitCount: 2 });
}

/** `48.2k IOPS`, `1.4 GB/s`, `12.3 µs`, `3.1 %`: three digits, SI prefixes. */
export function formatMetricValue({ value, unit }: Metric): string {
  return FORMATTERS[unit](value);
}

const FORMATTERS: Readonly<Record<Metric['unit'], (value: number) => string>> = {
  iops: (value) => `${formatSi(value)} IOPS`,
  'bytes/s': (value) => `${prettyBytes(value)}/s`,
  ns: formatNanoseconds,
  s: (value) => `${formatThree(value)} s`,
  '%': (value) => `${formatThree(value)} %`,
  count: formatSi,
  instructions: (value) => `${formatSi(value)} instructions`,
};

/** For machines that read a property: the plain number, a space, the unit. */
export function formatMetricPlain({ value, unit }: Metric): string {
  return `${value} ${unit}`;
}

/** What one wants to see of a fio job first; the rest is in the metrics table. */
export const HEADLINES: readonly string[] = [
  'read.instructions',
  'write.instructions',
  'io.instructions',
  'read.iops',
  'write.iops',
  'read.bw',
  'write.bw',
  'sync.lat.p99',
  'write.clat.p99',
  'read.clat.p99',
];

/** The few metrics that sum up a test, for one line: `write 48.2k IOPS, write 198 MB/s, write p99 12.3 µs`. */
export function formatHeadlineMetrics(metrics: readonly Metric[], max = 3): string {
  return pickHeadlineMetrics(metrics, max)
    .map(
      (metric) =>
        `${metric.name.replace(/\.(?:iops|bw|clat|instructions)\b/, '').replaceAll('.', ' ')} ` +
        formatMetricValue(metric),
    )
    .join(', ');
}

/** Those by which one knows a test first. */
export function pickHeadlineMetrics(metrics: readonly Metric[], max: number): readonly Metric[] {
  if (metrics.length === 0) return metrics;
  return HEADLINES.flatMap((name) => metrics.find((metric) => metric.name === name && metric.value > 0) ?? []).slice(
    0,
    max,
  );
}

/**
 * `1 crash, 2 fail, 3 known, 40 pass`, worst first, zeros left out. `known` of the skips are failures that a list
 * knows: they did run.
 */
export function formatTotals(totals: Totals, known = 0): string {
  const shown = { ...totals, skip: totals.skip - known };
  const parts = OUTCOMES.flatMap((outcome) => [
    ...(outcome === 'skip' && known > 0 ? [`${known} known`] : []),
    ...(shown[outcome] > 0 ? [`${shown[outcome]} ${outcome}`] : []),
  ]);
  return parts.length === 0 ? 'no tests' : parts.join(', ');
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function formatNanoseconds(ns: number): string {
  const [scale, unit] = ns < 1e3 ? [1, 'ns'] : ns < 1e6 ? [1e3, 'µs'] : ns < 1e9 ? [1e6, 'ms'] : [1e9, 's'];
  return `${formatThree(ns / scale)} ${unit}`;
}

function formatSi(value: number): string {
  const [scale, suffix] = value < 1e3 ? [1, ''] : value < 1e6 ? [1e3, 'k'] : value < 1e9 ? [1e6, 'M'] : [1e9, 'G'];
  return `${formatThree(value / scale)}${suffix}`;
}

/** At most three significant digits, without an exponent: 999.6 is 1000. */
function formatThree(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}

/** `once in 3000`, `12 times in 100`: a probability from 0 to 1 in words. */
export function describeChance(chance: number): string {
  if (chance >= 0.095) return `${Math.round(chance * 100)} times in 100`;
  const times = 1 / chance;
  return times > 10_000
    ? 'less than once in 10000'
    : `once in ${times < 20 ? times.toFixed(0) : Number(times.toPrecision(2))}`;
}

/** `+3.1 %`, `−10.0 %`: a share of one with its sign. */
export function formatShare(share: number): string {
  const value = (share * 100).toFixed(1);
  return `${share < 0 ? value.replace('-', '−') : `+${value}`} %`;
}
