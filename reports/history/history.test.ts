import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalBuilder } from '../testing/make-journal.ts';
import type { AttemptStatus } from '../../orchestrator/model/outcome.ts';
import { openHistory } from './history.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';
const PLAN = {
  id: CELL,
  kernel: 'debian-6.12',
  image: 'bookworm',
  pmem: 'nvdimm',
  filesystem: 'none',
  suite: 'fio',
  tests: [
    { name: 'fio/a', estimateSec: 1 },
    { name: 'fio/b', estimateSec: 1 },
  ],
};

let runs: string;
let said: string[];
const log = (line: string): void => void said.push(line);
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'pmemrig-history-'));
  said = [];
});
afterEach(() => rmSync(runs, { recursive: true }));

const idOf = (day: number): string => `202603${String(day).padStart(2, '0')}-100000-nightly-00aa`;

/** A run on a day of March 2026 with the attempts at fio/a; fio/b is never reached. */
function writeRun(
  day: number,
  statuses: readonly AttemptStatus[],
  kernelRelease = '6.12.9',
  matrix = 'nightly',
): string {
  const journal = new JournalBuilder().start([PLAN]).boot(CELL, kernelRelease);
  for (const [index, status] of statuses.entries())
    journal.test(
      CELL,
      'fio/a',
      {
        status,
        ...(status !== 'pass' && { message: `it said ${status}` }),
        ...(status === 'pass' && {
          metrics: [{ name: 'write.iops', value: 1000 + day, unit: 'iops', better: 'higher' }],
        }),
      },
      { attempt: index + 1 },
    );
  const text = journal
    .text()
    .replaceAll('"t":"2026-03-01', `"t":"2026-03-${String(day).padStart(2, '0')}`)
    .replace('matrices/smoke.yaml"', `${matrix}"`)
    .replace('20260301-100000-smoke', idOf(day));
  const dir = join(runs, idOf(day));
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'events.jsonl'), text);
  return dir;
}

test("a test's lines come newest first, with kernel, attempts and words", async () => {
  writeRun(1, ['pass'], '6.12.8');
  writeRun(2, ['fail', 'pass']);
  writeRun(3, ['crash']);
  using history = await openHistory(runs, log);
  const lines = await history.test({ test: 'fio/a', last: 2 });
  expect(lines).toMatchObject([
    {
      run: { runId: idOf(3), kernelRelease: '6.12.9' },
      cell: CELL,
      outcome: 'crash',
      attempts: 1,
      failed: 1,
      message: 'it said crash',
    },
    {
      run: { runId: idOf(2) },
      outcome: 'flaky',
      attempts: 2,
      failed: 1,
      message: 'failed 1 of 2 attempts: it said fail',
    },
  ]);
  expect(await history.test({ test: 'fio/a', cell: 'virtio', last: 2 })).toEqual([]);
  expect(await history.testNames()).toEqual(['fio/a', 'fio/b']);
  expect(history.runs.map(({ runId, totals }) => [runId, totals])).toEqual([
    [idOf(3), { crash: 1, unreached: 1 }],
    [idOf(2), { flaky: 1, unreached: 1 }],
    [idOf(1), { pass: 1, unreached: 1 }],
  ]);
  expect(history.runs[0]?.cells).toEqual([CELL]);
  expect(said).toEqual([]);
});

test('the past of a run is what ran before it, of the same matrix, oldest first', async () => {
  writeRun(1, ['pass'], '6.12.8');
  writeRun(2, ['fail'], '6.12.9', 'smoke');
  writeRun(3, ['skip']);
  writeRun(4, ['fail', 'fail', 'fail']);
  writeRun(5, ['pass']);
  using history = await openHistory(runs, log);
  const past = await history.before('nightly', '2026-03-05T10:00:00.000Z');
  expect(past.runs.map(({ runId }) => runId)).toEqual([idOf(1), idOf(3), idOf(4)]);
  expect(past.of(CELL, 'fio/a')).toEqual([
    {
      outcome: 'pass',
      forgiven: false,
      failed: 0,
      run: { runId: idOf(1), startedAt: '2026-03-01T10:00:00.000Z', kernelRelease: '6.12.8' },
    },
    {
      outcome: 'skip',
      forgiven: false,
      failed: 0,
      run: { runId: idOf(3), startedAt: '2026-03-03T10:00:00.000Z', kernelRelease: '6.12.9' },
    },
    {
      outcome: 'fail',
      forgiven: false,
      failed: 3,
      run: { runId: idOf(4), startedAt: '2026-03-04T10:00:00.000Z', kernelRelease: '6.12.9' },
    },
  ]);
  expect(past.of(CELL, 'fio/none')).toEqual([]);
});

test('figures come newest first with their kernel, of the newest runs that have any', async () => {
  writeRun(1, ['pass'], '6.12.8');
  writeRun(2, ['pass']);
  for (const day of [3, 4, 5, 6]) writeRun(day, ['fail']);
  using history = await openHistory(runs, log);
  const figures = await history.metrics({ test: 'fio/a', name: 'write.iops', last: 1 });
  expect(figures).toEqual([
    {
      run: { runId: idOf(2), startedAt: '2026-03-02T10:00:00.000Z', kernelRelease: '6.12.9' },
      matrix: 'nightly',
      host: 'rig-1',
      cell: CELL,
      name: 'write.iops',
      value: 1002,
      unit: 'iops',
      better: 'higher',
    },
  ]);
  expect(await history.metrics({ test: 'fio/a', cell: 'nvdimm', last: 9 })).toMatchObject([
    { value: 1002 },
    { value: 1001, run: { kernelRelease: '6.12.8' } },
  ]);
  expect(await history.metrics({ test: 'fio/a', name: 'none', last: 9 })).toEqual([]);
});

test('what a figure was before a run is of its matrix and host, oldest first; of several repeats the median', async () => {
  writeRun(1, ['pass']);
  writeRun(2, ['fail']);
  writeRun(3, ['pass', 'pass', 'pass']);
  const journal = join(runs, idOf(3), 'events.jsonl');
  writeFileSync(
    journal,
    readFileSync(journal, 'utf8').replace('"value":1003', '"value":2000').replace('"value":1003', '"value":1500'),
  );
  writeRun(4, ['pass']);
  const elsewhere = join(runs, idOf(4), 'events.jsonl');
  writeFileSync(elsewhere, readFileSync(elsewhere, 'utf8').replaceAll('rig-1', 'rig-2'));
  writeRun(5, ['pass']);
  using history = await openHistory(runs, log);
  const figuresOf = await history.figuresBefore('nightly', '2026-03-05T10:00:00.000Z', 'rig-1');
  expect(figuresOf(CELL, 'fio/a', { name: 'write.iops', unit: 'iops' })).toEqual([
    { value: 1001, run: { runId: idOf(1), startedAt: '2026-03-01T10:00:00.000Z' } },
    { value: 1500, run: { runId: idOf(3), startedAt: '2026-03-03T10:00:00.000Z' } },
  ]);
  expect(figuresOf(CELL, 'fio/a', { name: 'write.iops', unit: 'instructions' })).toEqual([]);
});

test('a test that few runs have is found behind any number of others', async () => {
  for (let day = 1; day <= 9; day++) writeRun(day, ['pass']);
  writeRun(1, ['pass', 'fail']);
  const old = join(runs, idOf(1), 'events.jsonl');
  writeFileSync(old, readFileSync(old, 'utf8').replaceAll('fio/b', 'fio/rare'));
  using history = await openHistory(runs, log);
  expect(await history.test({ test: 'fio/rare', last: 1 })).toMatchObject([{ run: { runId: idOf(1) } }]);
  expect((await history.test({ test: 'fio/a', last: 3 })).map(({ run }) => run.runId)).toEqual([
    idOf(9),
    idOf(8),
    idOf(7),
  ]);
});

test('rates are over the newest runs of each matrix, the worst test first', async () => {
  writeRun(1, ['fail']);
  writeRun(2, ['fail', 'pass'], '6.12.9', 'smoke');
  for (const day of [3, 4]) writeRun(day, day === 3 ? ['fail'] : ['pass']);
  using history = await openHistory(runs, log);
  expect(await history.rates(2)).toEqual([
    { test: 'fio/a', cells: 1, of: 3, failed: 2 },
    { test: 'fio/b', cells: 1, of: 0, failed: 0 },
  ]);
});

test('a run that went on is read again, and one whose folder is gone stays known', async () => {
  const dir = writeRun(1, ['fail']);
  {
    using history = await openHistory(runs, log);
    expect(history.runs).toHaveLength(1);
  }
  writeRun(1, ['fail', 'pass']);
  {
    using history = await openHistory(runs, log);
    expect(await history.test({ test: 'fio/a', last: 1 })).toMatchObject([{ outcome: 'flaky' }]);
  }
  rmSync(dir, { recursive: true });
  using history = await openHistory(runs, log);
  expect(await history.test({ test: 'fio/a', last: 1 })).toMatchObject([{ outcome: 'flaky' }]);
});

test('it is made again from the journals alone', async () => {
  for (const day of [1, 2, 3]) writeRun(day, day === 2 ? ['fail'] : ['pass']);
  const read = async () => {
    using history = await openHistory(runs, log);
    // Before the history is closed.
    return await history.test({ test: 'fio/a', last: 9 });
  };
  const before = await read();
  rmSync(join(runs, 'history'), { recursive: true });
  expect(await read()).toEqual(before);
});

test('journals that cannot be read are reported and left out, a file of it that is none is put aside and made again', async () => {
  writeRun(1, ['pass']);
  const newer = writeRun(2, ['pass']);
  writeFileSync(
    join(newer, 'events.jsonl'),
    readFileSync(join(newer, 'events.jsonl'), 'utf8').replaceAll('{"v":4', '{"v":99'),
  );
  mkdirSync(join(runs, '20260303-100000-empty-0000'));
  cpSync(join(runs, idOf(1)), join(runs, 'a-copy'), { recursive: true });
  {
    using history = await openHistory(runs, log);
    expect(history.runs.map(({ runId }) => runId)).toEqual([idOf(1)]);
  }
  expect(said).toEqual([expect.stringMatching(/^history leaves out .*20260302-100000.*newer/)]);

  const dir = join(runs, 'history', 'v1');
  writeFileSync(join(dir, `${idOf(1)}.tests.parquet`), 'no Parquet');
  using history = await openHistory(runs, log);
  expect(history.runs.map(({ runId }) => runId)).toEqual([idOf(1)]);
  expect(said.at(-2)).toMatch(/^history puts .* aside as \.unreadable/);
  expect(readdirSync(dir).toSorted()).toEqual([
    `${idOf(1)}.metrics.parquet`,
    `${idOf(1)}.tests.parquet`,
    `${idOf(1)}.tests.parquet.unreadable`,
  ]);
});

test('a folder without runs stays as it is', async () => {
  using history = await openHistory(join(runs, 'none'), log);
  expect(history.runs).toEqual([]);
  expect(readdirSync(runs)).toEqual([]);
});

test('any number of processes may bring it up to date at once', async () => {
  for (let day = 1; day <= 20; day++) writeRun(day, ['pass']);
  const opened = await Promise.all(Array.from({ length: 4 }, async () => openHistory(runs, log)));
  for (const history of opened) {
    expect(history.runs).toHaveLength(20);
    history[Symbol.dispose]();
  }
  expect(readdirSync(join(runs, 'history', 'v1')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(said).toEqual([]);
});
