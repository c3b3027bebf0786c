import type { Metric } from '../../model/outcome.ts';
import type { FioOutput, FioSection } from './fio-json.ts';

type Figure = Omit<Metric, 'value'> & { readonly value: number | null | undefined };

/**
 * The figures of a run; what fio did not know is left out. Where a job has several sections, a section's name
 * goes first: `fill.write.iops`.
 */
export function fioMetrics({ jobs }: FioOutput): readonly Metric[] {
  return jobs.flatMap((section) => {
    const prefix = sectionPrefix(section, jobs);
    return sectionFigures(section).flatMap(({ name, value, ...rest }) =>
      typeof value === 'number' && Number.isFinite(value) ? [{ name: `${prefix}${name}`, value, ...rest }] : [],
    );
  });
}

export function sectionPrefix({ jobname }: FioSection, jobs: FioOutput['jobs']): string {
  return jobs.length > 1 ? `${jobname}.` : '';
}

function sectionFigures({ read, write, sync, usr_cpu, sys_cpu }: FioSection): Figure[] {
  const figures: Figure[] = [];
  for (const [name, side] of [
    ['read', read],
    ['write', write],
  ] as const) {
    if (side.total_ios === 0) continue;
    figures.push(
      { name: `${name}.iops`, value: side.iops, unit: 'iops', better: 'higher' },
      { name: `${name}.bandwidth`, value: side.bw_bytes, unit: 'bytes/s', better: 'higher' },
      ...latencyFigures(`${name}.clat`, side.clat_ns),
    );
  }
  if (sync.total_ios > 0) figures.push(...latencyFigures('sync.lat', sync.lat_ns));
  figures.push(
    { name: 'cpu.usr', value: usr_cpu, unit: '%', better: 'neither' },
    { name: 'cpu.sys', value: sys_cpu, unit: '%', better: 'neither' },
  );
  return figures;
}

function latencyFigures(name: string, { mean, percentile = {} }: FioSection['read']['clat_ns']): Figure[] {
  const values: [string, Figure['value']][] = [
    ['mean', mean],
    ...[50, 99, 99.9].map((rank): [string, Figure['value']] => [`p${rank}`, percentile[rank.toFixed(6)]]),
  ];
  return values.map(([suffix, value]) => ({ name: `${name}.${suffix}`, value, unit: 'ns', better: 'lower' }));
}
