import { type CellPair, type ComparedFigure, compareOverRuns, type PastFigures } from '../figures/compare-figures.ts';
import { FAILURES, shownAttempt } from '../fold/outcomes.ts';
import { signaturesOf } from '../fold/splats.ts';
import type { CellSummary, RunSummary, TestSummary } from '../fold/summary.ts';
import type { ComparedTest } from './compared-test.ts';
import { judgeTest } from './judge-test.ts';
import type { KernelDifferences } from './kernel-differences.ts';
import { muteConsequence } from './mute-consequences.ts';
import type { Verdict } from './verdict.ts';
import type { PastTest, RunPlace, TestRecord } from '../fold/past-test.ts';
import { VERDICTS } from './verdict.ts';
import { present } from '../../orchestrator/model/present.ts';

/** A run against a baseline. */
export interface Comparison {
  readonly base: RunRef;
  readonly now: RunRef;
  /** In the order of {@link VERDICTS}, then of the plan. */
  readonly tests: readonly ComparedTest[];
  readonly totals: Readonly<Record<Verdict, number>>;
  /** Cells that only one of the two runs has. */
  readonly onlyBase: readonly string[];
  readonly onlyNow: readonly string[];
  /** Those that both have, the worst first; absent in comparisons of before they were judged. */
  readonly figures?: readonly ComparedFigure[];
  /** Present if two kernels of one run are compared. */
  readonly kernels?: KernelDifferences;
  /** The run was to have all cells of its matrix: one that the baseline has beside them is gone. */
  readonly whole?: boolean;
  /** It is printed beside the run, which is judged by itself. */
  readonly aside?: boolean;
}

/** Enough of a run to know it by. */
export interface RunRef {
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** `debian-6.12 6.12.95+deb12-amd64`, each kernel once. */
  readonly kernels: readonly string[];
}

/** What is printed of two runs by their tests alone. */
type ComparedTests = Omit<Comparison, 'figures' | 'kernels'>;

/**
 * Judges each test and each figure of the cells that both runs have.
 * @param pastOf what became of a test of a cell before `now`, oldest first; the baseline is put in where it is not
 * among them
 * @param pastFigures what a figure was in them
 */
export function compareRuns(
  base: RunSummary,
  now: RunSummary,
  pastOf: (cell: string, test: string) => readonly PastTest[],
  pastFigures: PastFigures = () => [],
): Comparison {
  return { ...compareTests(base, now, pastOf), figures: compareOverRuns(pairCells(base, now), pastFigures) };
}

/** As {@link compareRuns}, without the figures. */
export function compareTests(
  base: RunSummary,
  now: RunSummary,
  pastOf: (cell: string, test: string) => readonly PastTest[],
): ComparedTests {
  const tests = pairCells(base, now).flatMap((pair) => {
    // What a run of chosen tests does not have was not to run.
    const asked = new Set(pair.now.tests.map(({ name }) => name));
    return compareCell(
      now.narrowed
        ? { ...pair.base, tests: pair.base.tests.filter(({ name, parent }) => asked.has(parent ?? name)) }
        : pair.base,
      pair.now,
      base,
      pastOf,
    );
  });
  const paired = new Set(pairCells(base, now).map((pair) => pair.now.id));
  return {
    base: refTo(base),
    now: refTo(now),
    tests: tests.toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict)),
    totals: Object.fromEntries(
      VERDICTS.map((verdict) => [verdict, tests.filter((test) => test.verdict === verdict).length]),
    ) as Record<Verdict, number>,
    onlyBase: base.cells.map(({ id }) => id).filter((id) => !paired.has(id)),
    onlyNow: now.cells.map(({ id }) => id).filter((id) => !paired.has(id)),
  };
}

/** The cells that both have, in the order of `now`. */
export function pairCells(base: RunSummary, now: RunSummary): readonly CellPair[] {
  const before = new Map(base.cells.map((cell) => [cell.id, cell]));
  return now.cells.flatMap((cell) => {
    const was = before.get(cell.id);
    return was ? [{ base: was, now: cell }] : [];
  });
}

function compareCell(
  before: CellSummary,
  cell: CellSummary,
  base: RunSummary,
  pastOf: (cell: string, test: string) => readonly PastTest[],
): ComparedTest[] {
  const baseTests = new Map(before.tests.map((test) => [test.name, test]));
  const place = placeOf(base, before);
  const names = new Set([...cell.tests, ...before.tests].map(({ name }) => name));
  const nowTests = new Map(cell.tests.map((test) => [test.name, test]));
  const compared = [...names].flatMap((name): ComparedTest[] => {
    const [was, is] = [baseTests.get(name), nowTests.get(name)];
    const verdict = judgeTest(is && toRecord(is), was && toRecord(was), withBase(pastOf(cell.id, name), was, place));
    if (!verdict) return [];
    const attempt = is && shownAttempt(is);
    const signatures = attempt && signaturesOf(attempt);
    return [
      {
        ...verdict,
        cell: cell.id,
        test: name,
        ...present({
          base: was?.outcome,
          now: is?.outcome,
          message: is?.message,
          evidence: attempt?.evidence,
          signatures,
        }),
      },
    ];
  });
  return compared.map((test) => muteConsequence(test, nowTests.get(baseTests.get(test.test)?.parent ?? '')));
}

/** A baseline that history does not hold, say of another machine, counts as the run before. */
function withBase(past: readonly PastTest[], was: TestSummary | undefined, run: RunPlace): readonly PastTest[] {
  if (!was || past.some((each) => each.run.runId === run.runId)) return past;
  return [...past, { ...toRecord(was), run }].toSorted((a, b) => a.run.startedAt.localeCompare(b.run.startedAt));
}

function placeOf({ runId, startedAt }: RunSummary, { guests }: CellSummary): RunPlace {
  const kernelRelease = guests.at(-1)?.kernelRelease;
  return { runId, startedAt, ...present({ kernelRelease }) };
}

function refTo({ runId, startedAt, cells }: RunSummary): RunRef {
  const kernels = new Set(
    cells.flatMap(({ kernel, guests }) => guests.map(({ kernelRelease }) => `${kernel} ${kernelRelease}`)),
  );
  return { runId, startedAt, kernels: [...kernels] };
}

function toRecord({ outcome, forgiven, attempts }: TestSummary): TestRecord {
  return {
    outcome,
    forgiven: forgiven !== undefined,
    failed: attempts.filter(({ status }) => FAILURES.has(status)).length,
  };
}
