import type { ComparedTest } from './compare-runs.ts';
import type { RunPlace } from './verdict.ts';

/** `failed in 0 of the 41 runs before`, with the odds where they say more: why a reader may believe the verdict. */
export function describeOdds({ verdict, rate, chance }: ComparedTest): string {
  if (rate.of === 0) return 'no run before in which it ran';
  const words = `failed in ${rate.failed} of ${rate.of === 1 ? 'the 1 run' : `the ${rate.of} runs`} before`;
  if (chance === undefined || rate.failed === 0 || rate.failed === rate.of) return words;
  return `${words}: ${verdict === 'fixed' || verdict === 'still-passing' ? 'passes' : 'fails'} so by chance ${describeChance(chance)}`;
}

/** `since 2026-11-20 (6.12.90), last good 2026-11-19 (6.12.90)`; undefined where nothing is known of it. */
export function describeSince({ since, lastGood }: ComparedTest): string | undefined {
  const parts = [...(since ? [`failing since ${describePlace(since)}`] : []), ...(lastGood ? [`last good in ${describePlace(lastGood)}`] : [])];
  return parts.length === 0 ? undefined : parts.join(', ');
}

function describePlace({ runId, kernelRelease }: RunPlace): string {
  return kernelRelease === undefined ? runId : `${runId} (${kernelRelease})`;
}

function describeChance(chance: number): string {
  if (chance >= 0.095) return `${Math.round(chance * 100)} times in 100`;
  const times = 1 / chance;
  return times > 10_000 ? 'less than once in 10000' : `once in ${times < 20 ? times.toFixed(0) : Number(times.toPrecision(2))}`;
}
