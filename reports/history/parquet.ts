import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { type DuckDBAppender, type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** DuckDB in memory: history lives in Parquet files, so that no process ever holds a lock on it. */
export interface Duck extends Disposable {
  readonly connection: DuckDBConnection;
}

export async function openDuck(): Promise<Duck> {
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

/** Writes a file aside, sorted, and renames it into place: whoever reads meanwhile sees the old one or the new one. */
export async function writeParquet<Names extends Columns>({ connection }: Duck, path: string, columns: Names, orderBy: string, rows: Iterable<Row<Names>>): Promise<void> {
  const names = Object.keys(columns);
  await connection.run(`CREATE OR REPLACE TEMP TABLE staged (${names.map((name) => `${name} ${columns[name]}`).join(', ')})`);
  const appender = await connection.createAppender('staged');
  for (const row of rows) {
    for (const name of names) append(appender, columns[name], row[name]);
    appender.endRow();
  }
  appender.closeSync();
  const aside = `${path}.${randomUUID()}.tmp`;
  try {
    await connection.run(`COPY (SELECT * FROM staged ORDER BY ${orderBy}) TO ${quote(aside)} (FORMAT parquet, COMPRESSION zstd)`);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  } finally {
    await connection.run('DROP TABLE staged');
  }
}

/** A FROM clause over files, none of which may be absent. */
export function fromFiles(paths: readonly string[]): string {
  return `read_parquet([${paths.map(quote).join(', ')}])`;
}

function append(appender: DuckDBAppender, type: Columns[string] | undefined, value: string | number | boolean | undefined): void {
  if (value === undefined) appender.appendNull();
  else if (type === 'BOOLEAN') appender.appendBoolean(value === true);
  else if (type === 'INTEGER') appender.appendInteger(Number(value));
  else if (type === 'DOUBLE') appender.appendDouble(Number(value));
  else appender.appendVarchar(String(value));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
