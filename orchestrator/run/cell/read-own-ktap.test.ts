import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderKtap } from '../../../reports/formats/ktap/ktap.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../../reports/testing/make-journal.ts';
import type { TestResult } from '../../model/outcome.ts';
import { parseTap } from '../../suites/shared/tap/reader.ts';

const READ_AS = {
  pass: 'pass',
  flaky: 'pass',
  skip: 'skip',
  excluded: 'skip',
  fail: 'fail',
  crash: 'fail',
  hang: 'fail',
  infra: 'fail',
  unreached: 'fail',
} as const;

/** Each test of a run that has none inside it, and each cell that was left out. */
function expected({ cells, excluded }: RunSummary): readonly string[] {
  const ran = cells.flatMap(({ id, tests }) =>
    tests
      .filter(({ name }) => !tests.some(({ parent }) => parent === name))
      .map(({ name, outcome }) => `${id}/${name} ${READ_AS[outcome]}`),
  );
  return [...ran, ...excluded.map(({ id }) => `${id} skip`)];
}

const id = (index: number) => `debian-6.12/nvdimm/${index}/repro`;

function read(summary: RunSummary) {
  const { subtests, problems } = parseTap([...renderKtap(summary)].join(''));
  return { problems, all: subtests.map(({ name, status }) => `${name} ${status}`) };
}

test("the rig's own results.ktap reads back whole", () => {
  const summary = makeMixedRun().summarize();
  const { problems, all } = read(summary);
  expect(problems).toEqual([]);
  expect(all).toEqual(expect.arrayContaining([...expected(summary)]));
  expect(all.filter((one) => !expected(summary).includes(one))).toEqual([
    'debian-6.12/nvdimm/none/repro/repro/run fail',
  ]);
});

test('so it does with evidence that is TAP itself', () => {
  const evidence = [
    '# Subtest: x',
    'TAP version 13',
    '1..3',
    'not ok 1 b',
    '# selftests: dax: y',
    '# 1..2',
    '[    1.1] KTAP version 1',
    'Bail out! no device',
    '  ---',
  ];
  const words = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.array(fc.constantFrom(...evidence), { maxLength: 6 }).map((lines) => lines.join('\n')),
    fc.constant('no pmem # SKIP not so'),
  );
  const result = fc.record({
    status: fc.constantFrom('pass', 'fail', 'skip', 'excluded', 'crash', 'hang', 'infra'),
    message: words,
    evidence: words,
  });
  const subtests = fc
    .array(result, { maxLength: 3 })
    .map((all) => all.map((each, index) => Object.assign({ name: `case ${index}` }, each)));
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(result, subtests), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      (cells) => {
        const journal = new JournalBuilder().start(
          cells.map((tests, cell) =>
            makeCell(
              id(cell),
              tests.map((_result, index) => `repro/t${index}`),
            ),
          ),
        );
        for (const [cell, tests] of cells.entries()) {
          for (const [index, [result, subtests]] of tests.entries())
            journal.test(id(cell), `repro/t${index}`, { ...result, subtests } satisfies TestResult);
        }
        const summary = journal.summarize();
        const { problems, all } = read(summary);
        expect(problems).toEqual([]);
        expect(all).toEqual(expect.arrayContaining([...expected(summary)]));
      },
    ),
  );
});
