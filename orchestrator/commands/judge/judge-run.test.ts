import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { summarizeRun } from '../../../reports/fold/summarize-run.ts';
import type { Comparison } from '../../../reports/verdicts/compare-runs.ts';
import { makeKernelsRun, SERIES } from '../../../reports/testing/make-series.ts';
import type { Matrix } from '../../model/matrix.ts';
import { parsePurpose, type RunPurpose } from '../../run/record/run-purpose.ts';
import { judgeRun } from './judge-run.ts';
import { present } from '../../model/present.ts';

const matrix: Pick<Matrix, 'guest' | 'pmem' | 'filesystems' | 'suites'> = {
  guest: { cpus: 2, memoryBytes: 2 ** 31, append: [] },
  pmem: [],
  filesystems: [],
  suites: [],
};
const PASS = { status: 'pass' } as const;
const FAIL = { status: 'fail', message: 'lost a flush' } as const;

let dir: string;
let printed: () => string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-end-'));
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  printed = () => [out, err].flatMap((spy) => spy?.mock.calls.map(([text]) => String(text)) ?? []).join('');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

/** As a controller does that has read the purpose from `run.json`. */
async function end(
  purpose: RunPurpose,
  run: ReturnType<typeof makeKernelsRun>,
): Promise<{ readonly status: number; readonly runDir: string; readonly verdicts?: Comparison['totals'] }> {
  const runDir = await run.write();
  const read = parsePurpose(JSON.parse(JSON.stringify(purpose)));
  expect(read).toEqual(purpose);
  const summary = await summarizeRun(runDir);
  const { comparison, conclude } = await judgeRun({ purpose, summary, runDir, matrix: matrix as Matrix });
  return { status: await conclude(), runDir, ...present({ verdicts: comparison?.totals }) };
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
  expect(printed()).toContain(`answer to the series: ${mail}`);
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
  expect(printed()).toContain(
    `no answer to the series: the run was interrupted. Resume it to get the answer: pmemrig run --resume 20260301-100000-smoke --runs ${dirname(runDir)}\n`,
  );
  expect(printed()).not.toMatch(/I ran tests|No tag|Tested-by/);
});

test('two kernels end in what the second does otherwise, as JSON alone where that was asked for', async () => {
  const run = makeKernelsRun({
    old: { nvdimm: { 'lockdep/flush': PASS } },
    new: { nvdimm: { 'lockdep/flush': FAIL } },
  });
  const { status } = await end({ kind: 'kernels', whole: true, base: 'old', now: 'new', json: true }, run);
  expect(status).toBe(1);
  expect(JSON.parse(printed())).toMatchObject({ kernels: { base: 'old', now: 'new' }, totals: { 'new-failure': 1 } });
});

const oneKernel = (result: typeof PASS | typeof FAIL): ReturnType<typeof makeKernelsRun> =>
  makeKernelsRun({ old: { nvdimm: { 'lockdep/flush': result } } });

test('a run alone has the status of its failures, or what git bisect wants', async () => {
  expect(await end({ kind: 'alone', whole: true }, oneKernel(FAIL))).toMatchObject({ status: 1 });
  const unfinished = oneKernel(PASS);
  unfinished.events.pop();
  unfinished.add({ type: 'run-end', reason: 'infra', message: 'no disk' });
  expect((await end({ kind: 'alone', whole: true }, unfinished)).status).toBe(3);
  expect((await end({ kind: 'alone', whole: true, status: 'bisect' }, unfinished)).status).toBe(125);
});

test('a run is judged by its baseline while that is there', async () => {
  const baseDir = await oneKernel(FAIL).write();
  const judged = await end({ kind: 'baseline', whole: true, baseDir }, oneKernel(FAIL));
  expect(judged).toMatchObject({ status: 0, verdicts: { 'known-failure': 1 } });
  rmSync(baseDir, { recursive: true });
  const alone = await end({ kind: 'baseline', whole: true, baseDir }, oneKernel(FAIL));
  expect(alone.status).toBe(1);
  expect(alone).not.toHaveProperty('verdicts');
  expect(printed()).toContain('is gone: it is judged by itself');
});

test('a round of --watch is shown against the round before, and judged by itself', async () => {
  const baseDir = await oneKernel(FAIL).write();
  const round = await end({ kind: 'round', whole: false, baseDir }, oneKernel(FAIL));
  expect(round).toMatchObject({ status: 1, verdicts: { 'known-failure': 1 } });
});

test('a purpose that an older pmemrig wrote is read', () => {
  expect(parsePurpose({ kind: 'matrix', whole: true, publish: '/www' })).toEqual({
    kind: 'alone',
    whole: true,
    publish: '/www',
  });
  expect(parsePurpose({ kind: 'matrix', whole: false, baseDir: '/runs/a' })).toEqual({
    kind: 'baseline',
    whole: false,
    baseDir: '/runs/a',
  });
  expect(parsePurpose({ kind: 'fleet', whole: true })).toBeUndefined();
});
