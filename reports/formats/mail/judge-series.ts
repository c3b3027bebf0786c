import { isRigTest } from '../../../orchestrator/model/cell.ts';
import { type ComparedFigure, isFigureAlarm } from '../../figures/compare-figures.ts';
import { FAILURES, UNKNOWNS } from '../../fold/outcomes.ts';
import { type ComparedTest, isAlarm } from '../../verdicts/compared-test.ts';
import type { ReplyFacts } from './reply-facts.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** Differences with one cause: same words, same first bad patch. */
export interface Finding {
  readonly tests: readonly ComparedTest[];
  readonly firstBad?: string;
  /** What the rig or the kernel said. */
  readonly message?: string;
  readonly evidence?: string;
}

/** What a series amounts to. */
export interface SeriesJudgement {
  readonly verdict: 'broken' | 'fine' | 'unknown';
  readonly findings: readonly Finding[];
  /** Figures that got worse. */
  readonly slower: readonly ComparedFigure[];
  /** Unknown tests, other than for a failure before them. */
  readonly unknown: readonly ComparedTest[];
  /** Tests of the base whose outcome is unknown. */
  readonly baseUnknown: number;
  /** Tests that fail with the series as they do with the base. */
  readonly bothFail: number;
}

/** A reviewer's reading of a comparison: broken if anything got worse, fine only if no test is unknown. */
export function judgeSeries({ summary, comparison }: Pick<ReplyFacts, 'summary' | 'comparison'>): SeriesJudgement {
  const alarms = comparison.tests.filter(isAlarm);
  const findings = new Map<string, ComparedTest[]>();
  for (const test of alarms) {
    const key = [test.firstBad ?? '', causeOf(test)].join('\0');
    const known = findings.get(key);
    if (known) known.push(test);
    else findings.set(key, [test]);
  }
  const slower = comparison.figures?.filter(isFigureAlarm) ?? [];
  const broken = new Set(alarms.map(({ cell }) => cell));
  // What a cell that broke did not come to is part of that.
  const unknown = comparison.tests.filter(({ cell, verdict }) => verdict === 'unknown' && !broken.has(cell));
  const base = summary.cells.filter(({ kernel }) => kernel === comparison.kernels?.base).flatMap(({ tests }) => tests);
  const alone = summary.cells
    .filter(({ id }) => comparison.onlyNow.includes(id))
    .some(({ tests }) => tests.some(({ outcome }) => FAILURES.has(outcome)));
  const baseUnknown = base.filter(({ outcome }) => UNKNOWNS.has(outcome)).length;
  const isKnown = unknown.length === 0 && baseUnknown === 0 && hasPassed(comparison.tests);
  return {
    verdict:
      alarms.length > 0 || slower.length > 0 || alone || (comparison.kernels?.brokenBetween?.length ?? 0) > 0
        ? 'broken'
        : isKnown
          ? 'fine'
          : 'unknown',
    findings: [...findings.values()].map((tests): Finding => {
      const first = tests.find(({ evidence }) => evidence !== undefined) ?? tests[0];
      return {
        tests,
        ...present({ firstBad: first?.firstBad, message: first?.message, evidence: first?.evidence }),
      };
    }),
    slower,
    unknown,
    baseUnknown,
    bothFail: comparison.tests.filter(
      ({ base: was, now }) => was !== undefined && now !== undefined && FAILURES.has(was) && FAILURES.has(now),
    ).length,
  };
}

/**
 * Tests that fail with the base as well say nothing in favour of a series. At least one test has to have passed, and
 * not one of the rig's own.
 */
function hasPassed(tests: readonly ComparedTest[]): boolean {
  return tests.some(({ test, base, now }) => !isRigTest(test) && base === 'pass' && now === 'pass');
}

/** What the kernel reported, where it did: a test may have failed of it in its own words. */
function causeOf({ message = '', verdict }: ComparedTest): string {
  const reported = /the kernel reported: [^;]*?(?= \(\d+ times\)|;|$)/.exec(message)?.[0];
  return reported ?? `${verdict} ${message.replaceAll(/\d+/g, '#')}`;
}
