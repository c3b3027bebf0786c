import type { Metric } from '../../orchestrator/model/outcome.ts';
import type { RunSummary } from '../fold/summary.ts';
import { JournalBuilder } from './make-journal.ts';

export const MEASURED_TEST = 'fio/dax-psync-fsync';

/**
 * A finished run of a fio test on nvdimm, with a `write.iops` for each repeat on each kernel, and what fio says beside
 * it.
 */
export function makeMeasuredRun(
  kernels: Readonly<Record<string, readonly number[]>>,
  unit: 'iops' | 'instructions' = 'iops',
): RunSummary {
  const cells = Object.keys(kernels).map((kernel) => ({
    id: `${kernel}/nvdimm/ext4-dax/fio`,
    kernel,
    image: 'bookworm',
    pmem: 'nvdimm',
    filesystem: 'ext4-dax',
    suite: 'fio',
    tests: [{ name: MEASURED_TEST, estimateSec: 1 }],
  }));
  const repeat = Math.max(...Object.values(kernels).map(({ length }) => length));
  const journal = new JournalBuilder().start(cells, [], { repeat });
  for (let round = 0; round < repeat; round++) {
    for (const { id, kernel } of cells) {
      const value = kernels[kernel]?.[round];
      if (value === undefined) continue;
      journal
        .boot(id)
        .test(id, MEASURED_TEST, { status: 'pass', metrics: figures(value, unit) }, { attempt: round + 1 });
    }
  }
  return journal.add({ type: 'run-end', reason: 'finished' }).summarize();
}

function figures(value: number, unit: 'iops' | 'instructions'): readonly Metric[] {
  if (unit === 'instructions') return [{ name: 'write.instructions', value, unit, better: 'lower' }];
  return [
    { name: 'write.iops', value, unit, better: 'higher' },
    // What the rate says already, and what has no direction.
    { name: 'write.bandwidth', value: value * 4096, unit: 'bytes/s', better: 'higher' },
    { name: 'cpu.sys', value: 40, unit: '%', better: 'neither' },
  ];
}
