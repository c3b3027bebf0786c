import fc from 'fast-check';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { TestResult } from '../../orchestrator/model/outcome.ts';
import { rerunLines } from './rerun-command.ts';
import { summarizeRun } from '../fold/summarize-run.ts';
import type { RunSummary } from '../fold/summary.ts';
import { JournalBuilder, makeCell } from '../testing/make-journal.ts';

type Made = Readonly<Record<string, Readonly<Record<string, TestResult['status']>>>>;

function play(cells: Made): RunSummary {
  const journal = new JournalBuilder().start(
    Object.entries(cells).map(([id, tests]) => makeCell(id, Object.keys(tests))),
  );
  for (const [id, tests] of Object.entries(cells)) {
    journal.add({ type: 'cell-start', cell: id }).boot(id);
    const all: Made[string] = { 'guest/boot': 'pass', 'guest/pmem': 'pass', ...tests };
    for (const [name, status] of Object.entries(all))
      journal.test(id, name, { status, ...(status !== 'pass' && { message: 'no' }) });
    journal.add({ type: 'cell-end', cell: id });
  }
  return journal.add({ type: 'run-end', reason: 'finished' }).summarize();
}

/** What a line of the report would run, as `cell test`; a cell without `--test` is run whole. */
function ranBy(line: string, cells: Made): readonly string[] {
  const words = (flag: string): readonly string[] =>
    [...line.matchAll(new RegExp(`--${flag} (\\S+)`, 'g'))].map(([, word = '']) => word);
  const [ids, tests] = [words('filter'), words('test')];
  return ids.flatMap((id) =>
    Object.keys(cells[id] ?? {})
      .filter((name) => tests.length === 0 || tests.includes(name))
      .map((name) => `${id} ${name}`),
  );
}

test('cells in which the same failed share a command', () => {
  expect(
    rerunLines(
      play({
        'k/a/none/fio': { 'fio/x': 'fail', 'fio/y': 'pass' },
        'k/b/none/fio': { 'fio/x': 'crash', 'fio/y': 'pass' },
      }),
    ),
  ).toEqual(['pmemrig run matrices/smoke.yaml --filter k/a/none/fio --filter k/b/none/fio --test fio/x']);
});

test('cells in which other tests failed have commands of their own: a test that passed is not run again', () => {
  expect(
    rerunLines(
      play({
        'k/a/none/fio': { 'fio/x': 'fail', 'fio/y': 'pass' },
        'k/b/none/fio': { 'fio/x': 'pass', 'fio/y': 'fail' },
        'k/b/none/z': { 'z/1': 'fail' },
      }),
    ),
  ).toEqual([
    // The third cell has no test of the first one's.
    'pmemrig run matrices/smoke.yaml --filter k/a/none/fio --filter k/b/none/z --test fio/x --test z/1',
    'pmemrig run matrices/smoke.yaml --filter k/b/none/fio --test fio/y',
  ]);
});

test('a cell whose guest did not come up is run whole, and no other with it', () => {
  expect(
    rerunLines(
      play({
        'k/a/none/fio': { 'guest/boot': 'fail', 'fio/x': 'infra' },
        'k/b/none/fio': { 'fio/x': 'fail', 'fio/y': 'pass' },
      }),
    ),
  ).toEqual([
    'pmemrig run matrices/smoke.yaml --filter k/a/none/fio',
    'pmemrig run matrices/smoke.yaml --filter k/b/none/fio --test fio/x',
  ]);
});

test('of many commands some are reported, and how many cells are left out', () => {
  const tests = Array.from({ length: 9 }, (_, index) => `fio/${index}`);
  const cells: Made = Object.fromEntries(
    tests.map((failed, index) => [
      `k/p${index}/none/fio`,
      Object.fromEntries(tests.map((name) => [name, name === failed ? 'fail' : 'pass'] as const)),
    ]),
  );
  const lines = rerunLines(play(cells));
  expect(lines).toHaveLength(7);
  expect(lines.at(-1)).toBe('# and 3 more cells, in which other tests failed');
});

test('what is reported runs each test that failed, once, and no other', () => {
  const status = fc.constantFrom('pass', 'pass', 'skip', 'fail', 'crash', 'hang', 'infra');
  const suites = fc.uniqueArray(fc.constantFrom('fio/a', 'fio/b', 'fio/c', 'fio/d'), { minLength: 1 });
  const cell = suites.chain((names) =>
    fc
      .tuple(...names.map(() => status))
      .map((statuses) => Object.fromEntries(names.map((name, index) => [name, statuses[index] ?? 'pass']))),
  );
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 8 }), (made) => {
      const cells: Made = Object.fromEntries(made.map((tests, index) => [`k/p${index}/none/fio`, tests]));
      const failed = Object.entries(cells).flatMap(([id, tests]) =>
        Object.entries(tests).flatMap(([name, one]) => (one === 'pass' || one === 'skip' ? [] : [`${id} ${name}`])),
      );
      const lines = rerunLines(play(cells));
      const ran = lines.filter((line) => !line.startsWith('#')).flatMap((line) => ranBy(line, cells));
      expect(new Set(ran).size).toBe(ran.length);
      const missing = failed.filter((one) => !ran.includes(one));
      expect(ran.filter((one) => !failed.includes(one))).toEqual([]);
      expect(missing.length === 0).toBe(!lines.some((line) => line.startsWith('#')));
    }),
    { numRuns: 200 },
  );
});

test('what resumes a run names the folder of runs that it lies in, if that is not the usual one', async () => {
  const journal = new JournalBuilder().start([makeCell('k/a/none/fio', ['fio/x'])]);
  const dir = await journal.write();
  expect(rerunLines(await summarizeRun(dir))).toEqual([
    `pmemrig run --resume 20260301-100000-smoke --runs ${dirname(dir)}`,
  ]);
  expect(rerunLines(journal.summarize())).toEqual(['pmemrig run --resume 20260301-100000-smoke']);
});
