import { z } from 'zod';
import type { Outcome } from '../../orchestrator/model/outcome.ts';
import { FAILURES, OUTCOMES, UNKNOWNS } from '../fold/outcomes.ts';
import type { PastTest } from '../fold/past-test.ts';
import type { HistoryRecord } from './history-record.ts';
import { askNewest } from './newest-files.ts';
import { type Duck, fromFiles } from './parquet.ts';
import { present } from '../../orchestrator/model/present.ts';

/** A run as history has it. */
export type PastRun = Pick<HistoryRecord, 'runId' | 'matrix' | 'startedAt' | 'host' | 'ending'> & {
  readonly totals: Readonly<Partial<Record<Outcome, number>>>;
  /** Skips that ran and failed as a list of known failures expects. */
  readonly known: number;
  /** Ids of the cells that it planned. */
  readonly cells: readonly string[];
};

/** It finished, without a failure and without an unknown test. */
export function isGreen({ ending, totals }: PastRun): boolean {
  return (
    ending === 'finished' &&
    !OUTCOMES.some((outcome) => (FAILURES.has(outcome) || UNKNOWNS.has(outcome)) && (totals[outcome] ?? 0) > 0)
  );
}

/** One line of a test's history. */
export interface HistoryLine extends PastTest {
  readonly matrix: string;
  readonly cell: string;
  readonly test: string;
  readonly attempts: number;
  readonly durationMs: number;
  readonly message?: string;
}

/** What became of a test of a cell in earlier runs, oldest first. */
export type PastOf = (cell: string, test: string) => readonly PastTest[];

const outcome = z.enum(OUTCOMES);
const runRow = z.object({
  run_id: z.string(),
  matrix: z.string(),
  started_at: z.string(),
  host: z.string(),
  ending: z.enum(['finished', 'interrupted', 'infra', 'user', 'cut-off']),
  outcome,
  tests: z.coerce.number(),
  known: z.coerce.number(),
});
const lineRow = z.object({
  run_id: z.string(),
  matrix: z.string(),
  started_at: z.string(),
  kernel_release: z.string().nullable(),
  cell: z.string(),
  test: z.string(),
  outcome,
  forgiven: z.boolean(),
  attempts: z.number(),
  failed: z.number(),
  duration_ms: z.number(),
  message: z.string().nullable(),
});
const pastRow = z.object({ cell: z.string(), test: z.string(), codes: z.string() });

/** The runs, newest first. */
export async function queryRuns({ connection }: Duck, files: readonly string[]): Promise<PastRun[]> {
  if (files.length === 0) return [];
  const reader = await connection.runAndReadAll(
    `SELECT run_id, first(matrix) AS matrix, first(started_at) AS started_at, first(host) AS host,
       first(ending) AS ending, outcome, count(*) AS tests, count(*) FILTER (WHERE forgiven) AS known
     FROM ${fromFiles(files)} GROUP BY run_id, outcome`,
  );
  const planned = await connection.runAndReadAll(
    `SELECT run_id, string_agg(DISTINCT cell, chr(10) ORDER BY cell) AS cells FROM ${fromFiles(files)} GROUP BY run_id`,
  );
  const cellsOf = new Map(
    z
      .array(z.object({ run_id: z.string(), cells: z.string() }))
      .parse(planned.getRowObjectsJS())
      .map(({ run_id, cells }) => [run_id, cells.split('\n')]),
  );
  const runs = new Map<string, PastRun>();
  for (const row of z.array(runRow).parse(reader.getRowObjectsJS())) {
    const { totals = {}, known = 0 } = runs.get(row.run_id) ?? {};
    runs.set(row.run_id, {
      runId: row.run_id,
      matrix: row.matrix,
      startedAt: row.started_at,
      host: row.host,
      ending: row.ending,
      cells: cellsOf.get(row.run_id) ?? [],
      totals: { ...totals, [row.outcome]: row.tests },
      known: known + row.known,
    });
  }
  return [...runs.values()].toSorted(
    (a, b) => b.startedAt.localeCompare(a.startedAt) || b.runId.localeCompare(a.runId),
  );
}

interface TestQuery {
  readonly test: string;
  readonly cell?: string;
  readonly last: number;
}

/**
 * A test's lines in the newest `last` runs that have it, newest first. `test` is a full name, `cell` a part of an id or
 * all of it.
 */
export async function queryTest(duck: Duck, files: readonly string[], query: TestQuery): Promise<HistoryLine[]> {
  return askNewest(files, query.last, async (some) => queryTestIn(duck, some, query));
}

async function queryTestIn(
  { connection }: Duck,
  files: readonly string[],
  { test, cell, last }: TestQuery,
): Promise<HistoryLine[]> {
  const where = cell === undefined ? 'test = $test' : 'test = $test AND contains(cell, $cell)';
  const reader = await connection.runAndReadAll(
    `SELECT run_id, matrix, started_at, kernel_release, cell, test, outcome, forgiven, attempts, failed,
       duration_ms, message
     FROM ${fromFiles(files)} WHERE ${where}
     QUALIFY dense_rank() OVER (ORDER BY started_at DESC, run_id DESC) <= $last
     ORDER BY started_at DESC, run_id DESC, cell`,
    { test, last, ...present({ cell }) },
  );
  return z
    .array(lineRow)
    .parse(reader.getRowObjectsJS())
    .map((row) => ({
      run: placeOf(row),
      matrix: row.matrix,
      cell: row.cell,
      test: row.test,
      outcome: row.outcome,
      forgiven: row.forgiven,
      attempts: row.attempts,
      failed: row.failed,
      durationMs: row.duration_ms,
      ...(row.message !== null && { message: row.message }),
    }));
}

/** All tests named so, or with such a part in their name, for whoever mistyped one. */
export async function queryTestNames({ connection }: Duck, files: readonly string[]): Promise<string[]> {
  if (files.length === 0) return [];
  const reader = await connection.runAndReadAll(`SELECT DISTINCT test FROM ${fromFiles(files)} ORDER BY test`);
  return z
    .array(z.object({ test: z.string() }))
    .parse(reader.getRowObjectsJS())
    .map(({ test }) => test);
}

/** One run's part of the codes: outcome as a digit, forgiven, failures up to 9, place of the run as four digits. */
const CODE_LENGTH = 7;

/**
 * What became of every test in the given runs. A million rows would take seconds to come over one by one; as a
 * string a test they take a tenth of it.
 *
 * @param runs oldest first, at most 9999; only these count
 */
export async function queryPast(
  { connection }: Duck,
  files: readonly string[],
  runs: readonly PastRun[],
): Promise<PastOf> {
  if (files.length === 0 || runs.length === 0) return () => [];
  const ids = new Map(runs.map((run, index) => [run.runId, index]));
  const places = runs.map(({ runId }) => `('${runId.replaceAll("'", "''")}', ${ids.get(runId)})`).join(', ');
  const digit = `CASE outcome ${OUTCOMES.map((name, index) => `WHEN '${name}' THEN '${index}'`).join(' ')} END`;
  const reader = await connection.runAndReadAll(
    `SELECT cell, test, string_agg(
       ${digit}
         || CASE WHEN forgiven THEN '1' ELSE '0' END
         || least(failed, 9)::VARCHAR
         || lpad(place::VARCHAR, 4, '0'),
       '' ORDER BY place) AS codes
     FROM ${fromFiles(files)} JOIN (VALUES ${places}) AS chosen(id, place) ON run_id = id GROUP BY cell, test`,
  );
  const releases = await queryReleases({ connection }, files, ids);
  const codesOf = new Map(
    z
      .array(pastRow)
      .parse(reader.getRowObjectsJS())
      .map(({ cell, test, codes }) => [`${cell} ${test}`, codes]),
  );
  // Decoded when asked for: all at once would be a million objects.
  return (cell, test) => {
    const codes = codesOf.get(`${cell} ${test}`) ?? '';
    return Array.from({ length: codes.length / CODE_LENGTH }, (_, index) =>
      decode(codes.slice(index * CODE_LENGTH, (index + 1) * CODE_LENGTH), runs, (runId) =>
        releases.get(`${runId} ${cell}`),
      ),
    );
  };
}

/** The kernel of each cell in each run. */
async function queryReleases(
  { connection }: Pick<Duck, 'connection'>,
  files: readonly string[],
  ids: ReadonlyMap<string, number>,
): Promise<Map<string, string>> {
  const reader = await connection.runAndReadAll(
    `SELECT run_id, cell, first(kernel_release) AS release
     FROM ${fromFiles(files)} WHERE kernel_release IS NOT NULL GROUP BY run_id, cell`,
  );
  const rows = z
    .array(z.object({ run_id: z.string(), cell: z.string(), release: z.string() }))
    .parse(reader.getRowObjectsJS());
  return new Map(
    rows.flatMap(({ run_id, cell, release }) => (ids.has(run_id) ? [[`${run_id} ${cell}`, release] as const] : [])),
  );
}

function decode(code: string, runs: readonly PastRun[], releaseOf: (runId: string) => string | undefined): PastTest {
  const run = runs[Number(code.slice(3))];
  const outcome = OUTCOMES[Number(code[0])];
  if (!run || !outcome) throw new Error(`history has an odd code: ${code}`);
  const kernelRelease = releaseOf(run.runId);
  return {
    outcome,
    forgiven: code[1] === '1',
    failed: Number(code[2]),
    run: { runId: run.runId, startedAt: run.startedAt, ...present({ kernelRelease }) },
  };
}

function placeOf({ run_id, started_at, kernel_release }: z.infer<typeof lineRow>): PastTest['run'] {
  return { runId: run_id, startedAt: started_at, ...(kernel_release !== null && { kernelRelease: kernel_release }) };
}
