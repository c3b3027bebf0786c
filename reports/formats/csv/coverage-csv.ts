import { isSurveyed, lossOf, surveyTests } from '../../facts/coverage.ts';
import { csvRow } from './csv-row.ts';
import type { RunSummary } from '../../fold/summary.ts';

const COLUMNS = [
  'test',
  'coverage',
  'ran',
  'outcome',
  'kernel',
  'image',
  'pmem',
  'filesystem',
  'suite',
  'cell',
  'reason',
];

/**
 * `coverage.csv` in pieces (RFC 4180): a row for each test and cell. `coverage` is what the test has over the whole
 * matrix: `all`, `some` or `none`. `reason` says why it did not run, or why a failure is forgiven.
 */
export function* renderCoverageCsv(summary: Pick<RunSummary, 'cells'>): Generator<string> {
  yield csvRow(COLUMNS);
  const coverage = new Map(
    surveyTests(summary).map(({ test, ran, lost }) => [
      test,
      lost.length === 0 ? 'all' : ran.length === 0 ? 'none' : 'some',
    ]),
  );
  for (const { id, kernel, image, pmem, filesystem, suite, tests } of summary.cells) {
    const rows = tests.filter(isSurveyed).map((test) => {
      const loss = lossOf(test);
      const reason = loss?.reason ?? (test.outcome === 'skip' ? test.message : undefined) ?? '';
      return csvRow([
        test.name,
        coverage.get(test.name) ?? '',
        loss ? 'no' : 'yes',
        test.outcome,
        kernel,
        image,
        pmem,
        filesystem,
        suite,
        id,
        reason,
      ]);
    });
    yield rows.join('');
  }
}
