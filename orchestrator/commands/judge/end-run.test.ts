import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeReports } from '../../../reports/write-reports.ts';
import { makeKernelsRun, SERIES } from '../../../reports/testing/make-series.ts';
import type { Matrix } from '../../model/matrix.ts';
import { parsePurpose, type RunPurpose } from '../../run/record/run-purpose.ts';
import { endRun } from './end-run.ts';

const matrix: Pick<Matrix, 'guest' | 'pmem' | 'filesystems' | 'suites'> = {
  guest: { cpus: 2, memoryBytes: 2 ** 31, append: [] },
  pmem: [],
  filesystems: [],
  suites: [],
};
const PASS = { status: 'pass' } as const;
const FAIL = { status: 'fail', message: 'lost a flush' } as const;

let dir: string;
let told: () => string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-end-'));
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  told = () => [out, err].flatMap((spy) => spy?.mock.calls.map(([text]) => String(text)) ?? []).join('');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

/** As a controller does that has read the purpose from `run.json`. */
async function end(
  purpose: RunPurpose,
  run: ReturnType<typeof makeKernelsRun>,
): Promise<{ readonly status: number | undefined; readonly runDir: string }> {
  const runDir = await run.write();
  const summary = await writeReports(runDir);
  const read = parsePurpose(JSON.parse(JSON.stringify(purpose)));
  expect(read).toEqual(purpose);
  const { compare, tell } = endRun(purpose, matrix as Matrix);
  const comparison = await compare?.(summary, runDir);
  if (!comparison) throw new Error('not compared');
  return { status: await tell?.(comparison, summary, runDir), runDir };
}

test('a series ends in its verdict, and in an answer where it was asked for', async () => {
  const mail = join(dir, 'reply.txt');
  const run = makeKernelsRun({
    base: { nvdimm: { 'lockdep/flush': PASS } },
    patched: { nvdimm: { 'lockdep/flush': FAIL } },
  });
  const { status, runDir } = await end(
    { kind: 'series', whole: true, series: SERIES, command: 'pmemrig series fix.mbox --base linux', mail },
    run,
  );
  expect(status).toBe(1);
  expect(readFileSync(mail, 'utf8')).toMatch(/^Subject: Re: \[PATCH[\s\S]*Reported-by: NAME <ADDRESS>/);
  expect(readFileSync(join(runDir, 'reply.txt'), 'utf8')).toBe(readFileSync(mail, 'utf8'));
  expect(told()).toContain(`answer to the series: ${mail}`);
});

test('a series that was interrupted has no answer, and says how it gets one', async () => {
  const mail = join(dir, 'reply.txt');
  const run = makeKernelsRun({ base: { nvdimm: { 'lockdep/flush': PASS } }, patched: { nvdimm: {} } });
  run.events.pop();
  run.add({ type: 'run-end', reason: 'interrupted' });
  const { runDir } = await end(
    { kind: 'series', whole: true, series: SERIES, command: 'pmemrig series fix.mbox --base linux', mail },
    run,
  );
  for (const file of [mail, join(runDir, 'reply.txt')]) expect(existsSync(file)).toBe(false);
  // By its id and folder: the latest run may be another one by then.
  expect(told()).toContain(
    `no answer to the series: the run was interrupted. Resume it to get the answer: pmemrig run --resume 20260301-100000-smoke --runs ${dirname(runDir)}\n`,
  );
  expect(told()).not.toMatch(/I ran tests|No tag|Tested-by/);
});

test('two kernels end in what the second does otherwise, as JSON alone where that was asked for', async () => {
  const run = makeKernelsRun({
    old: { nvdimm: { 'lockdep/flush': PASS } },
    new: { nvdimm: { 'lockdep/flush': FAIL } },
  });
  const { status } = await end({ kind: 'kernels', whole: true, base: 'old', now: 'new', json: true }, run);
  expect(status).toBe(1);
  expect(JSON.parse(told())).toMatchObject({ kernels: { base: 'old', now: 'new' }, totals: { 'new-failure': 1 } });
  // Progress would spoil it.
  expect(endRun({ kind: 'kernels', whole: true, base: 'old', now: 'new', json: true }, matrix as Matrix).terminal).toBe(
    process.stderr,
  );
});

test('a run is judged by its baseline while that is there', async () => {
  const baseDir = await makeKernelsRun({ old: { nvdimm: { 'lockdep/flush': PASS } } }).write();
  expect(endRun({ kind: 'matrix', whole: true, baseDir }, matrix as Matrix)).toMatchObject({ baseDir, whole: true });
  rmSync(baseDir, { recursive: true });
  expect(endRun({ kind: 'matrix', whole: true, baseDir }, matrix as Matrix)).not.toHaveProperty('baseDir');
  expect(told()).toContain('is gone: it is judged by itself');
});

test('a nightly that is resumed is published where the night would have been', async () => {
  const published = join(dir, 'www');
  const purpose: RunPurpose = { kind: 'matrix', whole: true, publish: published };
  const read = parsePurpose(JSON.parse(JSON.stringify(purpose)));
  expect(read).toEqual(purpose);
  const runDir = await makeKernelsRun({ old: { nvdimm: { 'lockdep/flush': PASS } } }).write();
  await endRun(purpose, matrix as Matrix).publish?.(runDir);
  expect(readlinkSync(join(published, 'latest'))).toBe(basename(runDir));
  expect(existsSync(join(published, 'latest', 'events.jsonl'))).toBe(true);
  // As of a pmemrig that kept no such place.
  expect(endRun({ kind: 'matrix', whole: true }, matrix as Matrix)).not.toHaveProperty('publish');
});
