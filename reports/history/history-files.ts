import { METRICS_SUFFIX, TESTS_SUFFIX } from './history-dir.ts';
import type { HistoryRecord } from './history-record.ts';
import { type Columns, type Duck, type Row, writeParquet } from './parquet.ts';

/** Columns of the run, in each row of both files. A column of one value costs nothing in Parquet. */
const RUN_COLUMNS = {
  run_id: 'VARCHAR',
  matrix: 'VARCHAR',
  started_at: 'VARCHAR',
  host: 'VARCHAR',
  ending: 'VARCHAR',
  journal_bytes: 'DOUBLE',
} as const satisfies Columns;

const TEST_COLUMNS = {
  ...RUN_COLUMNS,
  cell: 'VARCHAR',
  kernel: 'VARCHAR',
  kernel_release: 'VARCHAR',
  test: 'VARCHAR',
  outcome: 'VARCHAR',
  forgiven: 'BOOLEAN',
  attempts: 'INTEGER',
  failed: 'INTEGER',
  duration_ms: 'DOUBLE',
  message: 'VARCHAR',
} as const satisfies Columns;

const METRIC_COLUMNS = {
  ...RUN_COLUMNS,
  cell: 'VARCHAR',
  test: 'VARCHAR',
  name: 'VARCHAR',
  value: 'DOUBLE',
  unit: 'VARCHAR',
  better: 'VARCHAR',
} as const satisfies Columns;

/**
 * Writes a run's two files below `dir`, in place of what was there; the tests last, since they say that the run is
 * known.
 */
export async function writeRecord(duck: Duck, dir: string, record: HistoryRecord): Promise<void> {
  const run = {
    run_id: record.runId,
    matrix: record.matrix,
    started_at: record.startedAt,
    host: record.host,
    ending: record.ending,
    journal_bytes: record.journalBytes,
  };
  const metrics = record.metrics.map((metric): Row<typeof METRIC_COLUMNS> => ({ ...run, ...metric }));
  if (metrics.length > 0)
    await writeParquet(duck, `${dir}/${record.runId}${METRICS_SUFFIX}`, METRIC_COLUMNS, 'cell, test, name', metrics);
  const tests = record.tests.map(({ kernelRelease, durationMs, ...test }): Row<typeof TEST_COLUMNS> => ({
    ...run,
    ...test,
    message: test.message,
    kernel_release: kernelRelease,
    duration_ms: durationMs,
  }));
  await writeParquet(duck, `${dir}/${record.runId}${TESTS_SUFFIX}`, TEST_COLUMNS, 'cell, test', tests);
}
