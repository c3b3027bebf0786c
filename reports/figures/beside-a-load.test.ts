import { expect, test } from 'vitest';
import { makeRandom } from '../testing/make-random.ts';
import { judgeFigures } from './judge-figure.ts';

const TRIALS = 1500;
const REPEATS = 7;
const MEASURE_S = 1.8;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A busy loop that is on and off, each for an eighth of `longest` up to it, in seconds. */
function makeLoad(random: () => number, longest: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let on = random() < 0.5;
  let from = -random() * longest;
  while (from < 2 * REPEATS * MEASURE_S) {
    const to = from + longest * (1 / 8 + (7 / 8) * random());
    if (on) stretches.push({ from, to });
    [from, on] = [to, !on];
  }
  return stretches;
}

function shareOf(load: readonly Stretch[], start: number): number {
  const end = start + MEASURE_S;
  return (
    load.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0) / MEASURE_S
  );
}

/**
 * How often one of two kernels that are alike is reported as slower or faster, if both are measured in turns beside two
 * loads.
 */
function countAlarms(longest: number): number {
  const random = makeRandom(1);
  const kernels = ['base', 'now'] as const;
  let alarms = 0;
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const loads = [makeLoad(random, longest), makeLoad(random, longest)];
    const values = { base: [] as number[], now: [] as number[] };
    let start = 0;
    for (let round = 1; round <= REPEATS; round += 1) {
      // As a run that repeats its tests does.
      for (const kernel of round % 2 === 0 ? kernels.toReversed() : kernels) {
        const slowed = loads.reduce((sum, load) => sum + shareOf(load, start), 1);
        values[kernel].push((1000 / slowed) * (0.98 + 0.04 * random()));
        start += MEASURE_S;
      }
    }
    const [judged] = judgeFigures([{ name: 'write.iops', unit: 'iops', better: 'higher', ...values }]);
    if (judged?.verdict === 'slower' || judged?.verdict === 'faster') alarms += 1;
  }
  return alarms / TRIALS;
}

test.each([0.5, 1, 2, 4, 8])('loads that come and go within %d s make few more alarms than are promised', (longest) => {
  expect(countAlarms(longest)).toBeLessThan(0.08);
});

test.each([16, 32, 64])(
  'loads that last up to %d s, several turns, make hardly any: both kernels feel them',
  (longest) => {
    expect(countAlarms(longest)).toBeLessThan(0.01);
  },
);
