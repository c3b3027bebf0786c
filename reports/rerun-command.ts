import { isRigTest } from '../orchestrator/model/cell.ts';
import { quoteWord } from '../orchestrator/model/quote-word.ts';
import { needsAttention } from './outcomes.ts';
import type { CellSummary, RunSummary, TestSummary } from './summary.ts';

/** Beyond these a command names the cells alone: a line of hundreds of tests is nothing to paste. */
const MAX_NAMED_TESTS = 20;

/**
 * The command that goes on with a run that was cut short, or else runs again just what failed or stayed unknown: those tests in those cells;
 * `undefined` if there are none.
 */
export function rerunCommand({ rerun, cells, ending, runId }: RunSummary): string | undefined {
  if (ending.reason === 'interrupted' || ending.reason === 'cut-off') return `pmemrig run --resume ${quoteWord(runId)}`;
  const failed = cells.flatMap((cell) => {
    const tests = cell.tests.filter(({ outcome }) => needsAttention(outcome));
    return tests.length > 0 ? [{ id: cell.id, tests }] : [];
  });
  return failed.length === 0 ? undefined : composeRerun(rerun, failed);
}

/** The same for one test of a cell. */
export function rerunTest({ rerun }: Pick<RunSummary, 'rerun'>, { id }: Pick<CellSummary, 'id'>, test: TestSummary): string {
  return composeRerun(rerun, [{ id, tests: [test] }]);
}

/** A boot, set-up or clean-up is part of whatever runs in the guest: its cell is run whole, and then so are the others. */
function composeRerun(rerun: string, cells: readonly { readonly id: string; readonly tests: readonly Pick<TestSummary, 'name' | 'parent' | 'outcome'>[] }[]): string {
  const tests = new Set(cells.flatMap((cell) => cell.tests.filter(({ name, outcome }) => !(isRigTest(name) && outcome === 'unreached')).map(({ name, parent }) => parent ?? name)));
  const areNamed = tests.size > 0 && tests.size <= MAX_NAMED_TESTS && ![...tests].some(isRigTest);
  const words = [...cells.map(({ id }) => `--filter ${quoteWord(id)}`), ...(areNamed ? [...tests].map((test) => `--test ${quoteWord(test)}`) : [])];
  // A function, since a replacement string would give `$` in it a meaning.
  return rerun.replace('{filter}', () => words.join(' '));
}
