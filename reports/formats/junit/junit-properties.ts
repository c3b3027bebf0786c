import { cleanLine } from '../../text/clean-text.ts';
import { formatMetricPlain } from '../../text/format.ts';
import { measuredFigures } from '../../facts/measured-figures.ts';
import { describeFlaky, shownAttempt } from '../../fold/outcomes.ts';
import type { AttemptSummary, TestSummary } from '../../fold/summary.ts';
import { shorten } from '../../text/text-budget.ts';
import type { ComparedTest } from '../../verdicts/compared-test.ts';

export type Property = readonly [name: string, value: string];

/** Files of one test that are named one by one; a suite may keep hundreds. */
const MAX_ARTIFACTS = 20;

/**
 * What a reader wants to know of a test beside its outcome, most important first: Jenkins shows the first lines of a
 * passed test's output.
 */
export function testProperties(test: TestSummary, verdict: ComparedTest | undefined): readonly Property[] {
  return [
    ...(test.outcome === 'pass' ? [] : [['pmemrig.outcome', test.outcome] as const]),
    ...(test.forgiven ? [['pmemrig.known', 'failure'] as const] : []),
    ...verdictProperties(verdict),
    ...(test.problems ?? []).map(
      (signature, index) => [numbered('pmemrig.signature', index), cleanLine(signature)] as const,
    ),
    ...(test.outcome === 'flaky' ? [['pmemrig.flaky', describeFlaky(test.attempts)] as const] : []),
    ...artifactPaths(test).map((path, index) => [`artifact.${index + 1}`, path] as const),
  ].map(([name, value]) => [name, shorten(value)]);
}

/** Its figures, and what lockdep saw of it: dashboards show a pass that lockdep did not watch as such. */
export function testFigures(test: TestSummary): readonly Property[] {
  const shown = shownAttempt(test);
  return [
    ...lockdepProperties(shown),
    ...measuredFigures(test).map((metric) => [cleanLine(metric.name), formatMetricPlain(metric)] as const),
  ];
}

/** The verdict's properties, also for a test that the run does not have any more. */
export function verdictProperties(verdict: ComparedTest | undefined): readonly Property[] {
  if (!verdict) return [];
  return [
    ['pmemrig.verdict', verdict.verdict],
    ['pmemrig.failure-rate', `${verdict.rate.failed}/${verdict.rate.of}`],
  ];
}

/**
 * The files to open, at the most {@link MAX_ARTIFACTS}, the console's last: relative to the run folder, as they are
 * shown.
 */
export function artifactPaths(test: TestSummary): readonly string[] {
  return artifactFiles(test).map(cleanLine);
}

/** As {@link artifactPaths}, by their true names. */
export function artifactFiles(test: TestSummary): readonly string[] {
  const shown = shownAttempt(test);
  const paths = (shown?.artifacts ?? []).slice(0, MAX_ARTIFACTS);
  const showsConsole = test.outcome !== 'pass' && shown?.console !== undefined && !paths.includes(shown.console);
  return [...paths, ...(showsConsole ? [shown.console] : [])];
}

function lockdepProperties(shown: AttemptSummary | undefined): readonly Property[] {
  const { lockdep } = shown ?? {};
  if (!lockdep) return [];
  const { covered, reason, classes, dependencies, chains } = lockdep;
  return [
    ['lockdep.covered', covered ? 'yes' : `no: ${cleanLine(reason ?? '')}`],
    ...Object.entries({ classes, dependencies, chains }).map(
      ([name, count]) => [`lockdep.${name}`, String(count)] as const,
    ),
  ];
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}.${index + 1}`;
}
