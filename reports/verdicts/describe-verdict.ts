import type { Outcome } from '../../orchestrator/model/outcome.ts';
import type { FigureVerdict } from '../figures/judge-figure.ts';
import { describeChance, plural } from '../text/format.ts';
import type { Comparison } from './compare-runs.ts';
import { type ComparedTest, isAlarm } from './compared-test.ts';
import { type Verdict, VERDICTS } from './verdict.ts';
import type { RunPlace } from '../fold/past-test.ts';

/**
 * How a verdict is dressed, and whether its tests are listed or only counted; whether it is an alarm says {@link
 * isAlarm}.
 */
export const VERDICT_LOOKS: Readonly<Record<Verdict, { readonly as: Outcome; readonly listed: boolean }>> = {
  'new-failure': { as: 'fail', listed: true },
  missing: { as: 'unreached', listed: true },
  'newly-skipped': { as: 'skip', listed: true },
  fixed: { as: 'pass', listed: true },
  'new-test': { as: 'skip', listed: false },
  unknown: { as: 'infra', listed: true },
  'known-failure': { as: 'flaky', listed: true },
  'still-skipped': { as: 'skip', listed: false },
  'still-passing': { as: 'pass', listed: false },
};

/** How a figure's verdict is dressed. */
export const FIGURE_LOOKS: Readonly<Record<FigureVerdict | 'leap', Outcome>> = {
  leap: 'flaky',
  slower: 'fail',
  faster: 'pass',
  'cant-tell': 'infra',
  same: 'skip',
};

/** A new test is worth a line where it failed. Of two kernels of one run only what differs is. */
export function isListed(test: ComparedTest): boolean {
  if (test.attempts && test.verdict === 'known-failure') return test.base !== test.now;
  if (test.attempts && test.verdict === 'still-passing') return test.attempts.base.failed !== test.attempts.now.failed;
  return VERDICT_LOOKS[test.verdict].listed || isAlarm(test);
}

/** `1 new-failure, 2 fixed, 40 still-passing`. */
export function summarizeVerdicts(totals: Comparison['totals']): string {
  return (
    VERDICTS.filter((verdict) => totals[verdict] > 0)
      .map((verdict) => `${totals[verdict]} ${verdict}`)
      .join(', ') || 'no test in either run'
  );
}

/** `failed in 0 of the 41 runs before`, with the odds where they say more: why a reader may believe the verdict. */
export function describeOdds({ verdict, rate, chance, attempts }: ComparedTest): string {
  if (attempts) {
    if (attempts.now.of === 0 && attempts.base.of === 0) return 'ran with neither kernel';
    const words =
      `failed in ${attempts.now.failed} of ${plural(attempts.now.of, 'attempt')}, ` +
      `with the base kernel in ${attempts.base.failed} of ${attempts.base.of}`;
    const past = rate.of > 1 ? `${words} and in ${rate.failed} of ${plural(rate.of, 'run')} in all` : words;
    return attempts.now.of > 1 &&
      attempts.base.of > 1 &&
      chance !== undefined &&
      attempts.base.failed !== attempts.now.failed
      ? `${past}: so by chance ${describeChance(chance)}`
      : past;
  }
  if (rate.of === 0) return 'no run before in which it ran';
  const words = `failed in ${rate.failed} of ${rate.of === 1 ? 'the 1 run' : `the ${rate.of} runs`} before`;
  if (chance === undefined || rate.failed === 0 || rate.failed === rate.of) return words;
  return (
    `${words}: ${verdict === 'fixed' || verdict === 'still-passing' ? 'passes' : 'fails'} so by chance ` +
    describeChance(chance)
  );
}

/** `since 2026-11-20 (6.12.90), last good 2026-11-19 (6.12.90)`; undefined where nothing is known of it. */
export function describeSince({ since, lastGood, firstBad }: ComparedTest): string | undefined {
  const parts = [
    ...(firstBad === undefined ? [] : [`first bad: ${firstBad}`]),
    ...(since ? [`failing since ${describePlace(since)}`] : []),
    ...(lastGood ? [`last good in ${describePlace(lastGood)}`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

function describePlace({ runId, kernelRelease }: RunPlace): string {
  return kernelRelease === undefined ? runId : `${runId} (${kernelRelease})`;
}

/** Against what it was judged, for a heading: a run's id, or the other kernel's name. */
export function describeBaseline({ base, kernels }: Pick<Comparison, 'base' | 'kernels'>): string {
  return kernels ? kernels.base : base.runId;
}
