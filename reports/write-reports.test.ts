import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { summarizeRun } from './fold/summarize-run.ts';
import type { RunSummary } from './fold/summary.ts';
import { makeMixedRun } from './testing/make-journal.ts';
import { writeReports } from './write-reports.ts';

const made: string[] = [];

afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true });
});

async function runFolder(options?: { torn: boolean }): Promise<string> {
  const runDir = await makeMixedRun().write(options);
  made.push(runDir);
  return runDir;
}

async function report(runDir: string, end?: Parameters<typeof summarizeRun>[1]): Promise<RunSummary> {
  const summary = await summarizeRun(runDir, end);
  await writeReports(runDir, summary);
  return summary;
}

test('the reports lie beside the journal, nothing else does, and made twice they are the same', async () => {
  const runDir = await runFolder();
  const summary = await report(runDir);
  expect(summary).toEqual({ ...makeMixedRun().summarize(), runs: dirname(runDir) });
  expect(await readdir(runDir)).toEqual([
    'cells',
    'coverage.csv',
    'events.jsonl',
    'junit.xml',
    'metrics.csv',
    'report.html',
    'results.ktap',
    'summary.md',
  ]);
  expect(await readdir(join(runDir, 'cells', 'debian-6.12+nvdimm+none+repro'))).toEqual(['junit.xml']);
  const first = await readFile(join(runDir, 'junit.xml'), 'utf8');
  await report(runDir);
  expect(await readFile(join(runDir, 'junit.xml'), 'utf8')).toBe(first);
  expect(first).toContain(`[[ATTACHMENT|${runDir}/cells/y/console.log]]`);
});

test('a killed run is reported as far as its journal goes, and says so', async () => {
  const runDir = await runFolder({ torn: true });
  expect((await report(runDir)).ending.reason).toBe('cut-off');
  const markdown = await readFile(join(runDir, 'summary.md'), 'utf8');
  expect(markdown).toContain('The journal has no end');
  expect(markdown).toContain('the last line was torn and is left out');
});

test('a run whose journal could not take its end is reported with the true reason', async () => {
  const runDir = await runFolder({ torn: true });
  await report(runDir, {
    v: 1,
    t: '2026-01-01T00:00:00.000Z',
    type: 'run-end',
    reason: 'infra',
    message: 'the journal cannot be written: the file system is read-only',
  });
  const markdown = await readFile(join(runDir, 'summary.md'), 'utf8');
  expect(markdown).toContain('The rig gave up: the journal cannot be written: the file system is read-only.');
  expect(markdown).not.toContain('killed');
});

test('a report that cannot be written is the host’s fault and leaves nothing half-made', async () => {
  const runDir = await runFolder();
  await mkdir(join(runDir, 'junit.xml', 'in-the-way'), { recursive: true });
  await expect(report(runDir)).rejects.toMatchObject({ name: 'InfraError', code: 'report-write' });
  expect(await readdir(runDir)).toEqual(['events.jsonl', 'junit.xml']);
});
