import { isRigTest } from '../../orchestrator/model/cell.ts';
import { quoteWord } from '../../orchestrator/model/quote-word.ts';
import { needsAttention } from '../fold/outcomes.ts';
import type { CellSummary, RunSummary, TestSummary } from '../fold/summary.ts';

/** Beyond these a command names the cells alone: a line of hundreds of tests is nothing to paste. */
const MAX_NAMED_TESTS = 20;
const MAX_COMMANDS = 6;

/** What the user can paste; `left` counts the cells with failures for which there is no command. */
interface Rerun {
  readonly commands: readonly string[];
  readonly left: number;
}

/**
 * The command that resumes a run that was cut short, or else the commands that run again what failed or stayed unknown.
 * A command runs each of its tests in each of its cells, so there are several where cells failed in different tests.
 * Empty if nothing failed, or while the run goes on.
 */
function rerunCommands({ rerun, cells, ending, runId, runs }: RunSummary): Rerun {
  if (ending.reason === 'running') return { commands: [], left: 0 };
  if (ending.reason === 'interrupted' || ending.reason === 'cut-off') {
    return {
      commands: [`pmemrig run --resume ${quoteWord(runId)}${runs === undefined ? '' : ` --runs ${quoteWord(runs)}`}`],
      left: 0,
    };
  }
  const groups: CellGroup[] = [];
  let left = 0;
  for (const failed of cells.map(findFailed)) {
    if (!failed) continue;
    const group = groups.find((one) => admits(one, failed));
    if (group) join(group, failed);
    else if (groups.length < MAX_COMMANDS)
      groups.push({ ids: [failed.id], tests: failed.tests && new Set(failed.tests), spared: new Set(failed.spared) });
    else left += 1;
  }
  return { commands: groups.map((group) => composeRerun(rerun, group)), left };
}

/** The same for one test of a cell. */
export function rerunTest(
  { rerun }: Pick<RunSummary, 'rerun'>,
  { id }: Pick<CellSummary, 'id'>,
  test: TestSummary,
): string {
  const tests = namedTests([test]);
  return composeRerun(rerun, { ids: [id], tests: tests && new Set(tests) });
}

/** The same as one or more lines to paste: what they leave out is a comment for a shell. */
export function rerunLines(summary: RunSummary): readonly string[] {
  const { commands, left } = rerunCommands(summary);
  return left === 0
    ? commands
    : [...commands, `# and ${left === 1 ? '1 more cell' : `${left} more cells`}, in which other tests failed`];
}

/** Cells that one command can name. */
interface CellGroup {
  readonly ids: string[];
  /** Absent: all of the cells. */
  readonly tests: Set<string> | undefined;
  /** What runs in some of the cells and did not fail there. */
  readonly spared: Set<string>;
}

interface FailedCell {
  readonly id: string;
  readonly tests: readonly string[] | undefined;
  readonly spared: readonly string[];
}

function findFailed({ id, tests }: CellSummary): FailedCell | undefined {
  const failed = tests.filter(({ outcome }) => needsAttention(outcome));
  if (failed.length === 0) return undefined;
  const named = namedTests(failed);
  const again = new Set(named);
  return {
    id,
    tests: named,
    spared: tests.flatMap(({ name, parent, outcome }) =>
      parent === undefined && outcome !== 'excluded' && !isRigTest(name) && !again.has(name) ? [name] : [],
    ),
  };
}

/**
 * A boot, set-up or clean-up is part of all that runs in the guest: such a cell is run whole. So is one of more tests
 * than a line should name.
 */
function namedTests(
  failed: readonly Pick<TestSummary, 'name' | 'parent' | 'outcome'>[],
): readonly string[] | undefined {
  const tests = [
    ...new Set(
      failed.flatMap(({ name, parent, outcome }) =>
        isRigTest(name) && outcome === 'unreached' ? [] : [parent ?? name],
      ),
    ),
  ];
  return tests.length > 0 && tests.length <= MAX_NAMED_TESTS && !tests.some(isRigTest) ? tests : undefined;
}

/** Whether nothing would run that did not fail. */
function admits(group: CellGroup, { tests, spared }: FailedCell): boolean {
  const { tests: own } = group;
  if (own === undefined || tests === undefined) return own === tests;
  return (
    new Set([...own, ...tests]).size <= MAX_NAMED_TESTS &&
    !tests.some((test) => group.spared.has(test)) &&
    !spared.some((test) => own.has(test))
  );
}

function join({ ids, tests: own, spared: sparedBefore }: CellGroup, { id, tests = [], spared }: FailedCell): void {
  ids.push(id);
  for (const test of tests) own?.add(test);
  for (const test of spared) sparedBefore.add(test);
}

function composeRerun(rerun: string, { ids, tests }: Pick<CellGroup, 'ids' | 'tests'>): string {
  const words = [
    ...ids.map((id) => `--filter ${quoteWord(id)}`),
    ...[...(tests ?? [])].map((test) => `--test ${quoteWord(test)}`),
  ];
  // A function, since a replacement string would give `$` in it a meaning.
  return rerun.replace('{filter}', () => words.join(' '));
}
