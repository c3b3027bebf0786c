import { z } from 'zod';
import type { PastFigures } from '../figures/compare-figures.ts';
import type { PastRun } from './query-history.ts';
import { type Duck, fromFiles } from './parquet.ts';

const figureRow = z.object({
  cell: z.string(),
  test: z.string(),
  name: z.string(),
  unit: z.string(),
  past: z.string(),
});

/**
 * What each figure was in the given runs: of several repeats the median. As a string a figure, see `queryPast`.
 *
 * @param files that hold figures
 * @param runs oldest first; only these count
 */
export async function queryFigures(
  { connection }: Duck,
  files: readonly string[],
  runs: readonly PastRun[],
): Promise<PastFigures> {
  if (files.length === 0 || runs.length === 0) return () => [];
  const places = runs.map(({ runId }, index) => `('${runId.replaceAll("'", "''")}', ${index})`).join(', ');
  const reader = await connection.runAndReadAll(
    `WITH figures AS (
       SELECT place, cell, test, name, unit, median(value) AS value
       FROM ${fromFiles(files)} JOIN (VALUES ${places}) AS chosen(id, place) ON run_id = id
       GROUP BY place, cell, test, name, unit
     )
     SELECT cell, test, name, unit, string_agg(place || ':' || value, ' ' ORDER BY place) AS past
     FROM figures GROUP BY cell, test, name, unit`,
  );
  const pastOf = new Map(
    z
      .array(figureRow)
      .parse(reader.getRowObjectsJS())
      .map(({ cell, test, name, unit, past }) => [keyOf(cell, test, { name, unit }), past]),
  );
  return (cell, test, figure) => {
    const past = pastOf.get(keyOf(cell, test, figure));
    return (past?.split(' ') ?? []).flatMap((each) => {
      const [place, value] = each.split(':').map(Number);
      const run = runs[place ?? -1];
      return run === undefined || value === undefined
        ? []
        : [{ value, run: { runId: run.runId, startedAt: run.startedAt } }];
    });
  };
}

function keyOf(cell: string, test: string, { name, unit }: { readonly name: string; readonly unit: string }): string {
  return [cell, test, name, unit].join('\0');
}
