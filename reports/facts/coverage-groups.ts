import { type Loss, surveyTests, type TestCoverage } from './coverage.ts';
import type { RunSummary } from '../fold/summary.ts';

/** What the matrix did not test, in few words however many tests it is: tests with the same reason stand together. */
export interface Coverage {
  /** All that were planned or found, each name once, without the rig's own. */
  readonly tests: number;
  readonly nowhere: CoverageShare;
  readonly partly: CoverageShare;
}

export interface CoverageShare {
  /** Each once, though it may be in several groups. */
  readonly tests: number;
  /** Those with most tests first. */
  readonly groups: readonly CoverageGroup[];
}

export interface CoverageGroup {
  /** One; for tests that ran nowhere all that kept them, which may differ from leg to leg. */
  readonly why: readonly Loss[];
  readonly tests: readonly string[];
  /** Where they were lost for that, and where they ran: each leg with the number of them. */
  readonly lostOn: ReadonlyMap<string, number>;
  readonly ranOn: ReadonlyMap<string, number>;
}

/**
 * Groups the tests that did not run everywhere. Tests that never ran are one group for each set of reasons. The others
 * are in one group for each of their reasons.
 */
export function surveyCoverage(summary: Pick<RunSummary, 'cells'>): Coverage {
  const all = surveyTests(summary);
  const lost = all.filter((test) => test.lost.length > 0);
  const nowhere = lost.filter(({ ran }) => ran.length === 0);
  const partly = lost.filter(({ ran }) => ran.length > 0);
  return {
    tests: all.length,
    nowhere: { tests: nowhere.length, groups: group(nowhere, (test) => [test]) },
    partly: { tests: partly.length, groups: group(partly, splitByReason) },
  };
}

interface GroupDraft {
  readonly why: readonly Loss[];
  readonly tests: string[];
  readonly lostOn: Map<string, number>;
  readonly ranOn: Map<string, number>;
}

function group(
  tests: readonly TestCoverage[],
  split: (test: TestCoverage) => readonly TestCoverage[],
): readonly CoverageGroup[] {
  const drafts = new Map<string, GroupDraft>();
  for (const { test, ran, lost } of tests.flatMap(split)) {
    const reasons = new Map(lost.map(({ outcome, reason }) => [`${outcome} ${reason}`, { outcome, reason }]));
    const key = [...reasons.keys()].toSorted().join('\n');
    const draft: GroupDraft = drafts.get(key) ?? {
      why: [...reasons.values()],
      tests: [],
      lostOn: new Map(),
      ranOn: new Map(),
    };
    drafts.set(key, draft);
    draft.tests.push(test);
    for (const { leg } of lost) count(draft.lostOn, leg);
    for (const leg of ran) count(draft.ranOn, leg);
  }
  // A stable sort: equals stay in the order of the plan.
  return [...drafts.values()].toSorted((a, b) => b.tests.length - a.tests.length);
}

function splitByReason({ test, ran, lost }: TestCoverage): readonly TestCoverage[] {
  const parts = new Map<string, TestCoverage['lost'][number][]>();
  for (const loss of lost) {
    const key = `${loss.outcome} ${loss.reason}`;
    const known = parts.get(key);
    if (known) known.push(loss);
    else parts.set(key, [loss]);
  }
  return Array.from(parts.values(), (part) => ({ test, ran, lost: part }));
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
