import { z } from 'zod';
import { FAILURES } from '../fold/outcomes.ts';
import { type Duck, fromFiles } from './parquet.ts';

/** How a test fared over some runs, all its cells together. */
export interface TestRate {
  readonly test: string;
  readonly cells: number;
  /** First attempts in which it ran, a list's forgiven failures aside. */
  readonly of: number;
  /** How many of these failed. */
  readonly failed: number;
}

const rateRow = z.object({
  test: z.string(),
  cells: z.coerce.number(),
  of: z.coerce.number(),
  failed: z.coerce.number(),
});

/** All tests, with their rates over the newest `last` runs of each matrix; those that fail most come first. */
export async function queryRates({ connection }: Duck, files: readonly string[], last: number): Promise<TestRate[]> {
  if (files.length === 0) return [];
  const failures = [...FAILURES].map((outcome) => `'${outcome}'`).join(', ');
  const reader = await connection.runAndReadAll(
    `WITH runs AS (
       SELECT run_id FROM (
         SELECT run_id, first(matrix) AS matrix, first(started_at) AS started_at
         FROM ${fromFiles(files)} GROUP BY run_id
       )
       QUALIFY row_number() OVER (PARTITION BY matrix ORDER BY started_at DESC, run_id DESC) <= $last
     ), results AS (
       SELECT test, cell, outcome <> 'pass' AS bad,
         run_id IN (FROM runs) AND NOT forgiven AND outcome IN ('pass', 'flaky', ${failures}) AS ran
       FROM ${fromFiles(files)}
     )
     SELECT test, count(DISTINCT cell) AS cells, count(*) FILTER (ran) AS of, count(*) FILTER (ran AND bad) AS failed
     FROM results GROUP BY test ORDER BY failed / greatest(of, 1) DESC, failed DESC, test`,
    { last },
  );
  return z.array(rateRow).parse(reader.getRowObjectsJS());
}
