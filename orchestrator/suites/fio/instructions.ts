import { ICOUNT_SHIFT } from '../../model/accelerator.ts';
import type { Metric } from '../../model/outcome.ts';
import type { FioOutput, FioSection } from './fio-json.ts';
import { sectionPrefix } from './metrics.ts';

/**
 * What each I/O of a section cost fio's own process in a guest whose clock counts instructions. It is the time that the
 * scheduler gave it, which fio reports in ms. Linux knows it exactly whatever its ticks sampled (`cputime_adjust`
 * scales to `sum_exec_runtime`). Where a section reads and writes, the parts are unknown.
 */
export function fioInstructions({ jobs }: FioOutput): readonly Metric[] {
  return jobs.flatMap((section) => {
    const value = instructionsPerIo(section);
    return value === undefined
      ? []
      : [
          {
            name: `${sectionPrefix(section, jobs)}${directionOf(section)}.instructions`,
            value,
            unit: 'instructions',
            better: 'lower',
          } as const,
        ];
  });
}

function instructionsPerIo({ read, write, usr_cpu, sys_cpu, job_runtime }: FioSection): number | undefined {
  const ios = read.total_ios + write.total_ios;
  if (ios === 0 || usr_cpu === null || sys_cpu === null || job_runtime === undefined) return undefined;
  const cpuNs = ((usr_cpu + sys_cpu) / 100) * job_runtime * 1e6;
  return cpuNs / 2 ** ICOUNT_SHIFT / ios;
}

function directionOf({ read, write }: FioSection): 'read' | 'write' | 'io' {
  if (write.total_ios === 0) return 'read';
  return read.total_ios === 0 ? 'write' : 'io';
}
