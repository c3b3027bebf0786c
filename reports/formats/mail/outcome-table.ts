import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { FAILURES } from '../../fold/outcomes.ts';
import type { RunSummary, TestSummary } from '../../fold/summary.ts';
import { renamed } from '../../verdicts/compare-kernels.ts';
import { cutMiddle, MAIL_WIDTH } from './wrap-text.ts';

/** One kernel's column. */
export interface KernelColumn {
  /** Its name in the matrix. */
  readonly kernel: string;
  readonly title: string;
}

/** A test that has a line: `cell` is that of the last column's kernel. */
interface TableTest {
  readonly cell: string;
  readonly test: string;
}

const COLUMN_WIDTH = 11;
const MAX_ROWS = 30;

/** The outcomes of some tests by kernel, under a line for each cell; no line is longer than a mail's. */
export function renderTable(
  { cells }: Pick<RunSummary, 'cells'>,
  columns: readonly KernelColumn[],
  tests: readonly TableTest[],
): readonly string[] {
  const own = columns.at(-1)?.kernel ?? '';
  const found = new Map(cells.map((cell) => [cell.id, new Map(cell.tests.map((test) => [test.name, test]))]));
  const width = MAIL_WIDTH - columns.length * COLUMN_WIDTH;
  const row = (label: string, values: readonly string[]): string =>
    `${cutMiddle(label, width - 1).padEnd(width)}${values.map((value) => value.padEnd(COLUMN_WIDTH)).join('')}`.trimEnd();
  const shown = tests.slice(0, MAX_ROWS);
  const groups = groupByCell(shown);
  return [
    row(
      '',
      columns.map(({ title }) => title),
    ),
    ...[...groups].flatMap(([cell, inCell]) => [
      cutMiddle(renamed(cell, own, '').replace(/^[/]/, ''), MAIL_WIDTH),
      ...inCell.map(({ test }) =>
        row(
          `  ${test}`,
          columns.map(({ kernel }) => describe(found.get(renamed(cell, own, kernel))?.get(test))),
        ),
      ),
    ]),
    ...(tests.length > MAX_ROWS ? [`(${tests.length - MAX_ROWS} more)`] : []),
  ];
}

function groupByCell(tests: readonly TableTest[]): ReadonlyMap<string, readonly TableTest[]> {
  const groups = new Map<string, TableTest[]>();
  for (const test of tests) {
    const group = groups.get(test.cell);
    if (group) group.push(test);
    else groups.set(test.cell, [test]);
  }
  return groups;
}

/** Failures stand out by their capitals: a mail has no colours. */
function describe(test: TestSummary | undefined): string {
  if (!test) return '-';
  const counted = test.attempts.filter(({ status }) => status === 'pass' || FAILURES.has(status));
  const failed = counted.filter(({ status }) => FAILURES.has(status)).length;
  const word = FAILURES.has(test.outcome) ? test.outcome.toUpperCase() : (WORDS[test.outcome] ?? test.outcome);
  return counted.length > 1 && failed > 0 ? `${word} ${failed}/${counted.length}` : word;
}

const WORDS: Partial<Record<Outcome, string>> = { unreached: 'not run', infra: 'no result' };
