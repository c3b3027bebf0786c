import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { putInPlace } from '../../orchestrator/model/write-whole.ts';

/** DuckDB in memory: history lives in Parquet files, so that no process ever holds a lock on it. */
export interface Duck extends Disposable {
  readonly connection: DuckDBConnection;
}

export async function openDuck(): Promise<Duck> {
  // It takes some 30 MB to load, which a run does without until its guests are gone.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  // One vCPU's worth of threads is enough for files of this size, and leaves the rest to guests.
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '512MB' });
  const connection = await instance.connect();
  return {
    connection,
    [Symbol.dispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Columns of a file, in order, with their SQL types. */
export type Columns = Readonly<Record<string, 'VARCHAR' | 'BOOLEAN' | 'INTEGER' | 'DOUBLE'>>;

/** One row, with a value or undefined (NULL) for each column. */
export type Row<Names extends Columns> = { readonly [Name in keyof Names]: string | number | boolean | undefined };

/** Writes a file whole, sorted: a reader finds the old one or the new one. */
export async function writeParquet<Names extends Columns>(
  { connection }: Duck,
  path: string,
  columns: Names,
  orderBy: string,
  rows: Iterable<Row<Names>>,
): Promise<void> {
  const names = Object.keys(columns);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE staged (${names.map((name) => `${name} ${columns[name]}`).join(', ')})`,
  );
  const appender = await connection.createAppender('staged');
  for (const row of rows) {
    for (const name of names) append(appender, columns[name], row[name]);
    appender.endRow();
  }
  appender.closeSync();
  try {
    await putInPlace(path, async (aside) =>
      connection.run(
        `COPY (SELECT * FROM staged ORDER BY ${orderBy}) TO ${quote(aside)} (FORMAT parquet, COMPRESSION zstd)`,
      ),
    );
  } finally {
    await connection.run('DROP TABLE staged');
  }
}

/**
 * A FROM clause over files, all of which must be there. DuckDB takes each path for a pattern: `runs[1]` reads `runs1`.
 * It takes a folder above a file for a column if it is called so: `matrix=smoke`. Neither may happen to the user's
 * folders.
 */
export function fromFiles(paths: readonly string[]): string {
  if (!paths.some(isAmbiguous)) return readParquet(paths.map(escapeGlob));
  // The pattern finds other files beside the one that is meant.
  const selects = paths.map((path) => {
    const source = readParquet([escapeGlob(path)], ', filename = true');
    return `SELECT * EXCLUDE (filename) FROM ${source} WHERE filename = ${quote(path)}`;
  });
  return `(${selects.join(' UNION ALL ')})`;
}

function readParquet(patterns: readonly string[], more = ''): string {
  return `read_parquet([${patterns.map(quote).join(', ')}], hive_partitioning = false${more})`;
}

/** A character class of one is the only way to write a special character. A backslash cannot be written at all. */
function escapeGlob(path: string): string {
  return isAmbiguous(path) ? path.replaceAll(/[*?[\\]/g, '?') : path.replaceAll(/[*?[]/g, '[$&]');
}

/** A backslash in a path that is a pattern escapes what follows; in any other it is itself. */
function isAmbiguous(path: string): boolean {
  return path.includes('\\') && /[*?[]/.test(path);
}

function append(
  appender: DuckDBAppender,
  type: Columns[string] | undefined,
  value: string | number | boolean | undefined,
): void {
  if (value === undefined) appender.appendNull();
  else if (type === 'BOOLEAN') appender.appendBoolean(value === true);
  else if (type === 'INTEGER') appender.appendInteger(Number(value));
  else if (type === 'DOUBLE') appender.appendDouble(Number(value));
  else appender.appendVarchar(String(value));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
