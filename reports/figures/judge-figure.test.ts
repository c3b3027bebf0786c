import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeNoise } from '../testing/make-random.ts';
import { type FigureSample, fewestRepeats, judgeFigures } from './judge-figure.ts';

const IOPS = { name: 'write.iops', unit: 'iops', better: 'higher' } as const;
const COUNT = { name: 'write.instructions', unit: 'instructions', better: 'lower' } as const;

/** So many repeats around 1000, as noisy as said. */
function measure(noise: () => number, repeats: number, spread: number, factor = 1): number[] {
  return Array.from({ length: repeats }, () => 1000 * factor * Math.exp(spread * noise()));
}

function judgeOne(sample: FigureSample) {
  const [judged] = judgeFigures([sample]);
  if (!judged) throw new Error('nothing was judged');
  return judged;
}

test('a throughput that falls and a latency that grows are slower', () => {
  const [low, high] = [
    [90, 91, 92, 93, 94],
    [100, 101, 102, 103, 104],
  ];
  expect(judgeOne({ ...IOPS, base: high, now: low })).toMatchObject({
    verdict: 'slower',
    change: { by: expect.closeTo(-0.098, 2) as number },
  });
  expect(judgeOne({ ...IOPS, base: low, now: high }).verdict).toBe('faster');
  expect(judgeOne({ name: 'write.clat.p99', unit: 'ns', better: 'lower', base: low, now: high }).verdict).toBe(
    'slower',
  );
});

test('swapping the two sides swaps the verdicts', () => {
  const swapped = { slower: 'faster', faster: 'slower', same: 'same', 'cant-tell': 'cant-tell' } as const;
  const positive = fc.array(fc.double({ min: 1, max: 1.3, noNaN: true }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(positive, positive, (base, now) => {
      const [there, back] = [judgeOne({ ...IOPS, base, now }), judgeOne({ ...IOPS, base: now, now: base })];
      // A change of a bit under a bound is one of a bit over it the other way round.
      const isNearBound = [0.02, 0.05].some((bound) =>
        [there.change.by, there.change.interval?.low ?? 1, there.change.interval?.high ?? 1].some(
          (share) => Math.abs(Math.abs(share) - bound) < bound / 10,
        ),
      );
      fc.pre(!isNearBound);
      expect(back.verdict).toBe(swapped[there.verdict]);
    }),
  );
});

describe('how sure it is', () => {
  test('a single measurement shows nothing, and says how many would', () => {
    expect(judgeOne({ ...IOPS, base: [1000], now: [500] })).toMatchObject({ verdict: 'cant-tell', needed: 4 });
    const many = judgeFigures(Array.from({ length: 60 }, () => ({ ...IOPS, base: [1000], now: [500] })));
    expect(many[0]).toMatchObject({ verdict: 'cant-tell', needed: 7 });
    expect([fewestRepeats(1), fewestRepeats(60), fewestRepeats(500)]).toEqual([4, 7, 9]);
  });

  test('a noisy host shows nothing, and how many repeats would', () => {
    const noise = makeNoise(1);
    const judged = judgeOne({ ...IOPS, base: measure(noise, 6, 0.4), now: measure(noise, 6, 0.4) });
    expect(judged.verdict).toBe('cant-tell');
    expect(judged.needed).toBeGreaterThan(50);
  });

  test('a change too small to matter is none, however sure', () => {
    const base = Array.from({ length: 10 }, (_, index) => 1000 + index * 0.1);
    expect(judgeOne({ ...COUNT, base, now: base.map((value) => value * 1.005) }).verdict).toBe('same');
    expect(judgeOne({ ...COUNT, base, now: base.map((value) => value * 1.02) }).verdict).toBe('slower');
  });

  test('of many figures none of which changed, any is reported as changed at most one time in twenty', () => {
    const noise = makeNoise(2);
    const rounds = 400;
    let alarms = 0;
    for (let round = 0; round < rounds; round++) {
      const judged = judgeFigures(
        Array.from({ length: 20 }, () => ({ ...IOPS, base: measure(noise, 8, 0.15), now: measure(noise, 8, 0.15) })),
      );
      if (judged.some(({ verdict }) => verdict === 'slower' || verdict === 'faster')) alarms += 1;
    }
    // 20 are expected at most; 35 would be more than three standard deviations off.
    expect(alarms).toBeLessThan(35);
  });

  test('of twenty figures the one that lost a tenth is found under noise of 2 %, and in counted instructions 5 %', () => {
    const noise = makeNoise(3);
    let found = 0;
    for (let round = 0; round < 50; round++) {
      const judged = judgeFigures([
        { ...IOPS, base: measure(noise, 8, 0.02), now: measure(noise, 8, 0.02, 0.9) },
        { ...COUNT, base: measure(noise, 8, 0.003), now: measure(noise, 8, 0.003, 1.05) },
        ...Array.from({ length: 18 }, () => ({ ...IOPS, base: measure(noise, 8, 0.02), now: measure(noise, 8, 0.02) })),
      ]);
      if (judged[0]?.verdict === 'slower' && judged[1]?.verdict === 'slower') found += 1;
    }
    expect(found).toBe(50);
  });
});
