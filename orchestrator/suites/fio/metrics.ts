import type { Metric } from '../../model/outcome.ts';
import type { FioOutput, FioSection } from './fio-json.ts';

/** The figures of a run. Where a job has several sections, a section's name goes first: `fill.write.iops`. */
export function fioMetrics({ jobs }: FioOutput): readonly Metric[] {
  return jobs.flatMap((section) => {
    const prefix = jobs.length > 1 ? `${section.jobname}.` : '';
    return sectionMetrics(section).map((metric) => ({ ...metric, name: `${prefix}${metric.name}` }));
  });
}

function sectionMetrics({ read, write, sync, usr_cpu, sys_cpu }: FioSection): Metric[] {
  const metrics: Metric[] = [];
  for (const [name, side] of [['read', read], ['write', write]] as const) {
    if (side.total_ios === 0) continue;
    metrics.push(
      { name: `${name}.iops`, value: side.iops, unit: 'iops', better: 'higher' },
      { name: `${name}.bandwidth`, value: side.bw_bytes, unit: 'bytes/s', better: 'higher' },
      ...latencyMetrics(`${name}.clat`, side.clat_ns, [50, 99, 99.9]),
    );
  }
  if (sync.total_ios > 0) metrics.push(...latencyMetrics('sync.lat', sync.lat_ns, [99]));
  metrics.push({ name: 'cpu.usr', value: usr_cpu, unit: '%', better: 'neither' }, { name: 'cpu.sys', value: sys_cpu, unit: '%', better: 'neither' });
  return metrics;
}

function latencyMetrics(name: string, { mean, percentile = {} }: FioSection['read']['clat_ns'], ranks: readonly number[]): Metric[] {
  const values: [string, number | undefined][] = [['mean', mean], ...ranks.map((rank): [string, number | undefined] => [`p${rank}`, percentile[rank.toFixed(6)]])];
  return values.flatMap(([suffix, value]) => (value === undefined ? [] : [{ name: `${name}.${suffix}`, value, unit: 'ns', better: 'lower' } as const]));
}
