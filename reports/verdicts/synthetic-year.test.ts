import { expect, test } from 'vitest';
import { makeRandom } from '../testing/make-random.ts';
import { judgeTest } from './judge-test.ts';
import type { PastTest, TestRecord } from '../fold/past-test.ts';

const NIGHTS = 365;
const WINDOW = 200;
const RATES = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7];

interface Planted {
  readonly rate: number;
  /** From this night on it always fails, or is always skipped. */
  readonly breaksAt?: number;
  readonly skippedFrom?: number;
}

/** 4,850 of 5,000 tests always pass. They are left out: they are passes against passes. */
const TESTS: readonly Planted[] = [
  ...Array.from({ length: 100 }, (_, index) => ({ rate: RATES[index % RATES.length] ?? 0 })),
  // Three of the regressions hit tests that are flaky already.
  ...Array.from({ length: 30 }, (_, index) => ({ rate: index % 10 === 0 ? 0.05 : 0, breaksAt: 20 + index * 11 })),
  ...Array.from({ length: 20 }, (_, index) => ({ rate: 0, skippedFrom: 15 + index * 17 })),
];

function play(
  { rate, breaksAt = Infinity, skippedFrom = Infinity }: Planted,
  night: number,
  random: () => number,
): TestRecord {
  if (night >= skippedFrom) return { outcome: 'skip', forgiven: false, failed: 0 };
  const fails = night >= breaksAt || random() < rate;
  return { outcome: fails ? 'fail' : 'pass', forgiven: false, failed: fails ? 1 : 0 };
}

test.each([1, 2, 3])(
  'a year of nightlies (seed %i): every planted regression and skip is found, with less than one false alarm a night',
  (seed) => {
    const random = makeRandom(seed);
    let falseAlarms = 0;
    const delays: number[] = [];
    let skipsFound = 0;
    for (const planted of TESTS) {
      const nights: PastTest[] = [];
      let foundAt: number | undefined;
      for (let night = 0; night < NIGHTS; night++) {
        const now = play(planted, night, random);
        const { verdict } = judgeTest(now, nights.at(-1), nights.slice(-WINDOW)) ?? {};
        if (verdict === 'new-failure') {
          if (planted.breaksAt !== undefined && night >= planted.breaksAt) foundAt ??= night;
          else falseAlarms++;
        }
        if (verdict === 'newly-skipped') {
          if (night === planted.skippedFrom) skipsFound++;
          else falseAlarms++;
        }
        nights.push({ ...now, run: { runId: `n${night}`, startedAt: String(night).padStart(3, '0') } });
      }
      if (planted.breaksAt !== undefined) {
        expect(foundAt, `broken at ${planted.breaksAt}, with a rate of ${planted.rate} before`).toBeDefined();
        delays.push((foundAt ?? NIGHTS) - planted.breaksAt);
      }
    }
    expect(skipsFound).toBe(20);
    // The 27 that never failed before on the same night; those that fail one night in twenty within the week.
    expect(delays.filter((delay) => delay === 0).length).toBeGreaterThanOrEqual(27);
    expect(Math.max(...delays)).toBeLessThanOrEqual(7);
    expect(falseAlarms / NIGHTS).toBeLessThan(1);
  },
);
