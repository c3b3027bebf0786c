import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openLocalArtifacts } from '../record/local-artifacts.ts';
import { consoleSize, keepConsole } from './keep-console.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-console-'));
afterAll(() => rmSync(dir, { recursive: true }));
const consoleFile = join(dir, 'console.log');
const said: string[] = [];
const env = {
  artifacts: openLocalArtifacts(dir, 'cell'),
  log: (line: string) => void said.push(line),
};
const at = { test: 'xfstests/generic/413', attempt: 2 };
const label = 'xfstests/generic/413#2 c';

test('what the console showed from the mark on, and nothing of what came before', async () => {
  writeFileSync(consoleFile, 'boot\npmemrig: test-begin 1 xfstests/generic/413#1 c\nold\n');
  const from = await consoleSize(consoleFile);
  appendFileSync(consoleFile, `late line of the test before\n[ 3.1] pmemrig: test-begin 2 ${label}\nWARNING\n`);
  const kept = await keepConsole(env, at, { consoleFile, from, label });
  expect(kept).toBe('cells/cell/console/xfstests-generic-413.2.log');
  expect(readFileSync(join(dir, kept ?? ''), 'utf8')).toBe(`[ 3.1] pmemrig: test-begin 2 ${label}\nWARNING\n`);
});

test('of a kernel that prints without end the last megabyte', async () => {
  writeFileSync(consoleFile, `${label}\n${'x'.repeat(2 ** 21)}\nlast words\n`);
  const kept = await keepConsole(env, at, { consoleFile, from: 0, label });
  const text = readFileSync(join(dir, kept ?? ''), 'utf8');
  expect(text).toMatch(
    /^pmemrig: the last 1048576 of 2097189 bytes; all of them are in the guest's console.log\nx+\nlast words\n$/,
  );
});

test('a guest without a console leaves no file, and a folder that cannot be made is reported', async () => {
  expect(await keepConsole(env, at, { consoleFile: join(dir, 'none'), from: 0, label })).toBeUndefined();
  writeFileSync(join(dir, 'file'), '');
  expect(
    await keepConsole({ ...env, artifacts: openLocalArtifacts(join(dir, 'file'), 'cell') }, at, {
      consoleFile,
      from: 0,
      label,
    }),
  ).toBeUndefined();
  expect(said.at(-1)).toMatch(/^the console of xfstests\/generic\/413 could not be kept as a file: ENOTDIR/);
});
