#!/usr/bin/env bash
# @duckdb/node-api 1.5.6-r.1 (DuckDB 1.5): where a Parquet file lies decides what it says.
#
# read_parquet takes a folder called NAME=VALUE above a file for a column (hive partitioning, on unless it is switched off). Where the file has a column of that
# name, the folder's value silently wins over the file's. And a path that names one file exactly is a pattern all the same: of two
# folders `runs[1]` and `runs1` the first's path reads the second's file. Both are right with hive_partitioning = false and `runs[[]1]`.
# Seen: a file that says smoke is read as nightly; the file of runs[1] is read as that of runs1.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @duckdb/node-api@1.5.6-r.1 > /dev/null
mkdir 'matrix=nightly' 'runs[1]' runs1
cat > program.mjs <<'PROGRAM'
import { DuckDBInstance } from '@duckdb/node-api';
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const write = (folder, matrix) => connection.run(`COPY (SELECT '${matrix}' AS matrix) TO '${folder}/f.parquet' (FORMAT parquet)`);
const read = async (path, options = '') => (await connection.runAndReadAll(`SELECT matrix FROM read_parquet(['${path}/f.parquet']${options})`)).getRows().join();
await write('matrix=nightly', 'smoke');
await write('runs[1]', 'first');
await write('runs1', 'second');
console.log(await read('matrix=nightly'), await read('matrix=nightly', ', hive_partitioning = false'), await read('runs[1]'), await read('runs[[]1]'));
PROGRAM
seen=$(node program.mjs)
if [ "$seen" = 'nightly smoke second first' ]; then
  echo 'DuckDB reads a folder matrix=nightly over the column matrix of the file in it, and the file of runs1 by the path of runs[1]'
else
  echo "DuckDB reads these paths otherwise now: $seen"
  exit 1
fi
