import { isSameProblem } from '../../orchestrator/model/problem.ts';
import { compareRepeats } from '../figures/compare-figures.ts';
import { FAILURES } from '../fold/outcomes.ts';
import { countsAsFailure } from '../facts/describe-kernel.ts';
import type { CellSummary, RunSummary, TestSummary } from '../fold/summary.ts';
import { compareTests, type Comparison, pairCells } from './compare-runs.ts';
import type { ComparedTest } from './compared-test.ts';
import { chanceOfMore } from './exact-odds.ts';
import { compareLockClasses, compareWarnings, type LockClassList, warningsOf } from './kernel-differences.ts';
import type { FailureRate, PastTest } from '../fold/past-test.ts';
import { VERDICTS } from './verdict.ts';
import { present } from '../../orchestrator/model/present.ts';

/**
 * For repeated tests: a difference that chance makes this rarely is reported. Three failures of three against three
 * passes of three are just unlikely enough.
 */
const UNLIKELY = 0.05;
/** The sum of an exact test is off by as much as floating point is. */
const EPSILON = 1e-9;

/** Two kernels of one run, by their names in the matrix. */
export interface KernelPair {
  readonly base: string;
  readonly now: string;
}

/** What is known beside the run's journal. */
export interface KernelContext {
  /** What became of a test of a cell of the base kernel in earlier runs, oldest first. */
  readonly pastOf?: (cell: string, test: string) => readonly PastTest[];
  /** Names of the lock classes that lockdep met, by the cell's id. */
  readonly lockClasses?: ReadonlyMap<string, LockClassList>;
}

/**
 * Judges each test of one kernel by the same test of another in the same run: same topology, file system, suite and
 * image. Verdicts are those of {@link compareTests}, with one exception: a failure with a kernel problem that the base
 * kernel shows as well, in any test, is not new. Tests are named by the cells of `now`; a cell that one kernel alone
 * has is named by its own id.
 */
export function compareKernels(
  run: RunSummary,
  pair: KernelPair,
  { pastOf = () => [], lockClasses = new Map() }: KernelContext = {},
): Comparison {
  const [base, now] = [
    project(run, pair.base, (id) => renamed(id, pair.base, pair.now)),
    project(run, pair.now, (id) => id),
  ];
  const comparison = compareTests(base, now, (cell, test) => pastOf(renamed(cell, pair.now, pair.base), test));
  const before = new Map(base.cells.map(({ id, tests }) => [id, new Map(tests.map((test) => [test.name, test]))]));
  const after = new Map(now.cells.map(({ id, tests }) => [id, new Map(tests.map((test) => [test.name, test]))]));
  const tests = comparison.tests.map((test) => {
    const rates = {
      base: rateOf(before.get(test.cell)?.get(test.test)),
      now: rateOf(after.get(test.cell)?.get(test.test)),
    };
    return forgiveShared(judgeRepeats(withoutOwnRun({ ...test, attempts: rates }, run.runId), rates), run, pair);
  });
  const [was, is] = [warningsOf(run, pair.base), warningsOf(run, pair.now)];
  const classes = compareLockClasses(
    new Map(
      run.cells
        .filter(({ kernel }) => kernel === pair.base)
        .flatMap(({ id }) => listOf(lockClasses, id, renamed(id, pair.base, pair.now))),
    ),
    new Map(run.cells.filter(({ kernel }) => kernel === pair.now).flatMap(({ id }) => listOf(lockClasses, id, id))),
  );
  return {
    ...comparison,
    figures: compareRepeats(pairCells(base, now)),
    onlyBase: comparison.onlyBase.map((id) => renamed(id, pair.now, pair.base)),
    tests: tests.toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict)),
    totals: Object.fromEntries(
      VERDICTS.map((verdict) => [verdict, tests.filter((test) => test.verdict === verdict).length]),
    ) as Comparison['totals'],
    kernels: {
      ...pair,
      ...(was && is && { warnings: compareWarnings(was, is) }),
      ...present({ lockClasses: classes }),
    },
  };
}

/** The cells of one kernel as if they were a run of their own. */
function project(run: RunSummary, kernel: string, rename: (id: string) => string): RunSummary {
  return {
    ...run,
    cells: run.cells
      .filter((cell) => cell.kernel === kernel)
      .map((cell): CellSummary => ({ ...cell, id: rename(cell.id) })),
  };
}

/** A cell's id begins with its kernel's name. */
export function renamed(id: string, from: string, to: string): string {
  return id.startsWith(from) ? `${to}${id.slice(from.length)}` : id;
}

function listOf(lists: ReadonlyMap<string, LockClassList>, id: string, as: string): [string, LockClassList][] {
  const list = lists.get(id);
  return list ? [[as, list]] : [];
}

/** That the base is of the same run goes without saying. */
function withoutOwnRun({ since, lastGood, ...test }: ComparedTest, runId: string): ComparedTest {
  return {
    ...test,
    ...(since && since.runId !== runId && { since }),
    ...(lastGood && lastGood.runId !== runId && { lastGood }),
  };
}

/** Where each kernel had several attempts, how many of them failed says more than that some did. */
function judgeRepeats(test: ComparedTest, { base, now }: NonNullable<ComparedTest['attempts']>): ComparedTest {
  if (base.of < 2 || now.of < 2) return test;
  const chance = chanceOfMore(base, now);
  if (chance <= UNLIKELY + EPSILON) return { ...test, verdict: 'new-failure', chance };
  const better = chanceOfMore(now, base);
  if (better <= UNLIKELY + EPSILON) return { ...test, verdict: 'fixed', chance: better };
  return base.failed === now.failed ? test : { ...test, chance: Math.min(chance, better) };
}

function forgiveShared(test: ComparedTest, { problems }: RunSummary, { base, now }: KernelPair): ComparedTest {
  if (test.verdict !== 'new-failure' || test.now === undefined || !FAILURES.has(test.now)) return test;
  const own = problems.filter(
    (problem) =>
      problem.kernel === now &&
      countsAsFailure(problem) &&
      problem.places.some((place) => place.cell === test.cell && place.test === test.test),
  );
  if (own.length === 0) return test;
  const shared = own.map((seen) => problems.find((problem) => problem.kernel === base && isSameProblem(problem, seen)));
  const [first] = shared;
  if (!first || shared.some((problem) => !problem)) return test;
  const where = `${base} shows the same in ${first.first.test} of ${first.first.cell}`;
  return {
    ...test,
    verdict: 'known-failure',
    message: test.message === undefined ? where : `${test.message}; ${where}`,
  };
}

/** What the rig failed at, or a skip, is no attempt. */
function rateOf(test: TestSummary | undefined): FailureRate {
  const counted = test?.attempts.filter(({ status }) => status === 'pass' || FAILURES.has(status)) ?? [];
  return { failed: counted.filter(({ status }) => FAILURES.has(status)).length, of: counted.length };
}
