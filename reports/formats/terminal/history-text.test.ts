import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryFigure } from '../../history/query-metrics.ts';
import type { HistoryLine } from '../../history/query-history.ts';
import { formatFigures, formatRuns, formatTestHistory, sparkLine } from './history-text.ts';
import { present } from '../../../orchestrator/model/present.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';
const at = (day: number): HistoryLine['run'] => ({
  runId: `2026030${day}-100000-nightly-00aa`,
  startedAt: `2026-03-0${day}T10:00:00.000Z`,
  kernelRelease: '6.12.9',
});
const line = (day: number, outcome: HistoryLine['outcome'], message?: string): HistoryLine => ({
  run: at(day),
  matrix: 'nightly',
  cell: CELL,
  test: 'fio/a',
  outcome,
  forgiven: false,
  attempts: 1,
  failed: 0,
  durationMs: 2000,
  ...present({ message }),
});
const figure = (day: number, value: number, name = 'write.iops'): HistoryFigure => ({
  run: at(day),
  matrix: 'nightly',
  host: 'rig',
  cell: CELL,
  name,
  value,
  unit: 'iops',
  better: 'higher',
});

test("a test's runs stand below their cell, and its figures below them", () => {
  expect(
    formatTestHistory(
      [line(2, 'fail', 'bad magic'), line(1, 'pass')],
      [figure(2, 900), figure(1, 1100), figure(2, 1, 'odd.count')],
    ),
  ).toEqual([
    `${CELL}  failed in 1 of 2 runs  ✓✗`,
    '✗ fail      20260302-100000-nightly-00aa  6.12.9  2s  bad magic',
    '✓ pass      20260301-100000-nightly-00aa  6.12.9  2s',
    '  write.iops          900 IOPS  median 1k IOPS, now −10.0 %  █▁',
  ]);
});

test('figures stand run by run, each against the median', () => {
  expect(formatFigures([figure(2, 900), figure(1, 1100)])).toEqual([
    `${CELL}  write.iops  median 1k IOPS  █▁`,
    '  too few runs to judge by: 5 more would do',
    ' 900 IOPS   −10.0 %  20260302-100000-nightly-00aa  6.12.9',
    '1.1k IOPS   +10.0 %  20260301-100000-nightly-00aa  6.12.9',
  ]);
});

test('a run that did not finish, or goes on, says so', () => {
  const runs = (['finished', 'running', 'cut-off', 'user'] as const).map((state) => ({
    runId: 'r',
    matrix: 'nightly',
    state,
    isGone: false,
    totals: { pass: 2 },
    known: 0,
  }));
  expect(formatRuns(runs)).toEqual([
    'r  nightly  2 pass  ',
    'r  nightly  2 pass  running',
    'r  nightly  2 pass  cut-off',
    'r  nightly  2 pass  bad input',
  ]);
});

test('what a run has still to come to is no gap', () => {
  const run = {
    runId: 'r',
    matrix: 'nightly',
    state: 'running',
    isGone: false,
    totals: { pass: 16, unreached: 20, excluded: 3 },
    known: 0,
  } as const;
  expect(formatRuns([run])).toEqual(['r  nightly  3 excluded, 16 pass  running, 16 of 36 tests']);
});

test('a run whose folder was removed says so, however it ended', () => {
  const runs = (['finished', 'cut-off'] as const).map((state) => ({
    runId: 'r',
    matrix: 'nightly',
    state,
    isGone: true,
    totals: { pass: 2 },
    known: 0,
  }));
  expect(formatRuns(runs)).toEqual(['r  nightly  2 pass  removed', 'r  nightly  2 pass  cut-off  removed']);
});

test('a bar a value, the highest for the most and the lowest for the least', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const bars = sparkLine(values);
      expect(bars).toHaveLength(values.length);
      if (new Set(values).size > 1) {
        expect(bars[values.indexOf(Math.max(...values))]).toBe('█');
        expect(bars[values.indexOf(Math.min(...values))]).toBe('▁');
      } else expect(bars).toMatch(/^▄+$/);
    }),
  );
});
