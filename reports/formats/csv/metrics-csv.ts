import { csvRow } from './csv-row.ts';
import type { RunSummary } from '../../fold/summary.ts';

const COLUMNS = [
  'run',
  'started',
  'cell',
  'kernel',
  'kernel_release',
  'image',
  'pmem',
  'filesystem',
  'suite',
  'test',
  'attempt',
  'status',
  'metric',
  'value',
  'unit',
  'better',
];

/** `metrics.csv` in pieces (RFC 4180): a row for each figure of each attempt, retries and repeats among them. */
export function* renderMetricsCsv({ runId, cells }: Pick<RunSummary, 'runId' | 'cells'>): Generator<string> {
  yield csvRow(COLUMNS);
  for (const { id, kernel, image, pmem, filesystem, suite, guests, tests } of cells) {
    const rows = tests.flatMap(({ name, attempts }) =>
      attempts.flatMap(({ attempt, status, startedAt, console, metrics }) => {
        const release =
          guests.find((guest) => guest.console === console)?.kernelRelease ?? guests.at(-1)?.kernelRelease ?? '';
        return metrics.map((metric) =>
          csvRow([
            runId,
            startedAt ?? '',
            id,
            kernel,
            release,
            image,
            pmem,
            filesystem,
            suite,
            name,
            String(attempt),
            status,
            metric.name,
            String(metric.value),
            metric.unit,
            metric.better,
          ]),
        );
      }),
    );
    yield rows.join('');
  }
}
