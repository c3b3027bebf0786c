import { z } from 'zod';
import type { Metric } from '../../orchestrator/model/outcome.ts';
import { metricUnit } from '../journal/metric-unit.ts';
import type { RunPlace } from '../fold/past-test.ts';
import { METRICS_SUFFIX, TESTS_SUFFIX } from './history-dir.ts';
import { askNewest } from './newest-files.ts';
import { type Duck, fromFiles } from './parquet.ts';
import { present } from '../../orchestrator/model/present.ts';

/** One figure of a test in one run: of several repeats the median. */
export interface HistoryFigure extends Metric {
  readonly run: RunPlace;
  readonly matrix: string;
  readonly host: string;
  readonly cell: string;
}

/** The files of history that hold figures, and those that hold tests. */
export interface MetricFiles {
  readonly metrics: readonly string[];
  readonly tests: readonly string[];
}

export interface MetricQuery {
  readonly test: string;
  /** A part of a cell's id, or all of it. */
  readonly cell?: string;
  /** A figure's full name; without one all of the test's. */
  readonly name?: string;
  /** How many runs are wanted: the newest of those that have such a figure. */
  readonly last: number;
}

const figureRow = z.object({
  run_id: z.string(),
  matrix: z.string(),
  host: z.string(),
  started_at: z.string(),
  kernel_release: z.string().nullable(),
  cell: z.string(),
  name: z.string(),
  value: z.number(),
  unit: metricUnit,
  better: z.enum(['higher', 'lower', 'neither']),
});

/** A test's figures, those of the newest run first, then by cell and name. */
export async function queryMetrics(
  duck: Duck,
  { metrics, tests }: MetricFiles,
  query: MetricQuery,
): Promise<HistoryFigure[]> {
  // A run's two files are called alike.
  const testsOf = new Map(tests.map((file) => [file.slice(0, -TESTS_SUFFIX.length), file]));
  return askNewest(metrics, query.last, async (some) =>
    queryMetricsIn(
      duck,
      { metrics: some, tests: some.flatMap((file) => testsOf.get(file.slice(0, -METRICS_SUFFIX.length)) ?? []) },
      query,
    ),
  );
}

async function queryMetricsIn(
  { connection }: Duck,
  { metrics, tests }: MetricFiles,
  { test, cell, name, last }: MetricQuery,
): Promise<HistoryFigure[]> {
  // Figures are written before the tests: a run that is only just becoming known.
  if (tests.length === 0) return [];
  const where = [
    'test = $test',
    ...(cell === undefined ? [] : ['contains(cell, $cell)']),
    ...(name === undefined ? [] : ['name = $name']),
  ].join(' AND ');
  const reader = await connection.runAndReadAll(
    `WITH figures AS (
       SELECT run_id, matrix, host, started_at, cell, name, median(value) AS value, unit, better
       FROM ${fromFiles(metrics)} WHERE ${where}
       GROUP BY run_id, matrix, host, started_at, cell, name, unit, better
       QUALIFY dense_rank() OVER (ORDER BY started_at DESC, run_id DESC) <= $last
     ), kernels AS (
       SELECT run_id, cell, first(kernel_release) AS kernel_release
       FROM ${fromFiles(tests)} WHERE test = $test GROUP BY run_id, cell
     )
     SELECT figures.*, kernel_release FROM figures LEFT JOIN kernels USING (run_id, cell)
     ORDER BY started_at DESC, run_id DESC, cell, name`,
    { test, last, ...present({ cell, name }) },
  );
  return z
    .array(figureRow)
    .parse(reader.getRowObjectsJS())
    .map(({ run_id, started_at, kernel_release, ...figure }) => ({
      matrix: figure.matrix,
      host: figure.host,
      cell: figure.cell,
      name: figure.name,
      value: figure.value,
      unit: figure.unit,
      better: figure.better,
      run: { runId: run_id, startedAt: started_at, ...(kernel_release !== null && { kernelRelease: kernel_release }) },
    }));
}
