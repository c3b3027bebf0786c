import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Duck, fromFiles, openDuck, writeParquet } from './parquet.ts';

let duck: Duck;
let root: string;
beforeAll(async () => {
  duck = await openDuck();
  root = await mkdtemp(join(tmpdir(), 'pmemrig-parquet-'));
});
afterAll(async () => {
  duck[Symbol.dispose]();
  await rm(root, { recursive: true });
});

async function write(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, '20260301-100000-smoke.tests.parquet');
  await writeParquet(duck, path, { run_id: 'VARCHAR', matrix: 'VARCHAR' }, 'run_id', [
    { run_id: folder, matrix: 'smoke' },
  ]);
  return path;
}

async function read(paths: readonly string[]): Promise<unknown> {
  return (
    await duck.connection.runAndReadAll(`SELECT run_id, matrix FROM ${fromFiles(paths)} ORDER BY run_id`)
  ).getRows();
}

test.each([
  ['runs[1]', 'runs1'],
  ['runs*', 'runs-old'],
  ['run?', 'runs'],
  ['{a,b}', 'a'],
  ['a[!b]', 'ac'],
  ['[', 'x'],
  ['**', 'x'],
  [String.raw`a\[b]`, 'ab'],
  [String.raw`a\*`, 'a/b'],
  [String.raw`a\b`, 'ab'],
  ["it's [1]", "it's 1"],
  ['run_id=5', '5'],
  ['matrix=nightly', 'nightly'],
  ['ä[1]', 'ä1'],
])('below a folder %s its own file is read, and not that of %s', async (name, neighbour) => {
  const folder = join(root, String(Math.random()));
  const path = await write(join(folder, name));
  await write(join(folder, neighbour));
  expect(await read([path])).toEqual([[join(folder, name), 'smoke']]);
});

test('of any two folders each is read by its own path, and both together', async () => {
  const name = fc
    .array(fc.constantFrom('a', 'b', '*', '?', '[', ']', '{', '}', ',', '!', '-', '\\', '=', "'", ' ', '~', '%'), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => `x${parts.join('')}`);
  await fc.assert(
    fc.asyncProperty(name, name, async (first, second) => {
      fc.pre(first !== second);
      const folder = join(root, String(Math.random()));
      const paths = [await write(join(folder, first)), await write(join(folder, second))];
      const rows = [first, second].map((each) => [join(folder, each), 'smoke']);
      for (const [index, path] of paths.entries()) expect(await read([path])).toEqual([rows[index]]);
      expect(await read(paths)).toEqual(
        rows.toSorted((a, b) => Buffer.compare(Buffer.from(a[0] ?? ''), Buffer.from(b[0] ?? ''))),
      );
    }),
    { numRuns: 60 },
  );
});
