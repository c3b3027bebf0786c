import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanLine } from '../../text/clean-text.ts';
import { csvRow } from './csv-row.ts';

/** Read by DuckDB's parser. */
async function readRows(text: string, separator: string): Promise<readonly (readonly unknown[])[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pmemrig-csv-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const path = join(folder, 'rows.csv');
    await writeFile(path, text);
    const reader = await connection.runAndReadAll(
      `SELECT * FROM read_csv('${path}', header = false, delim = '${separator}', quote = '"', escape = '"', columns = {a: 'VARCHAR', b: 'VARCHAR', c: 'VARCHAR'}, nullstr = '∅', max_line_size = 1000000)`,
    );
    return reader.getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

test('each row is read back as it was, on one line, and no cell of text is a formula', async () => {
  const piece = fc.constantFrom(
    '"',
    '""',
    ',',
    ';',
    '\n',
    '\r\n',
    '\t',
    "'",
    '=',
    '+',
    '-',
    '@',
    'a',
    ' ',
    '|',
    '\u0000',
    '\\',
  );
  const cell = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => `${parts.join('')}x`);
  const rows = fc.sample(fc.tuple(cell, cell, cell), { numRuns: 500, seed: 7 });
  const read = await readRows(rows.map(csvRow).join(''), ',');
  expect(read).toHaveLength(rows.length);
  expect(read.flat().filter((value) => /^[=+\-@]/.test(String(value)))).toEqual([]);
  expect(read.map((row) => row.map((value) => String(value).replace(/^'(?=[=+\-@])/, '')))).toEqual(
    rows.map((row) => row.map((value) => cleanLine(value).replace(/^'(?=[=+\-@])/, ''))),
  );
});

test('a semicolon parts no cell where a spreadsheet goes by semicolons', async () => {
  expect(csvRow(['a;=1+1', 'b', 'c'])).toBe('"a;=1+1",b,c\r\n');
});
