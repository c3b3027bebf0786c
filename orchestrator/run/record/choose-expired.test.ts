import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseExpired, type RetainedRun } from './choose-expired.ts';

const NOW = '2026-03-31T00:00:00.000Z';
/** `nightly 12`: that matrix, so many days ago. */
const run = (matrix: string, daysAgo: number, isGreen = false): RetainedRun => ({
  runId: `${matrix}-${daysAgo}`,
  matrix,
  startedAt: new Date(Date.parse(NOW) - daysAgo * 86_400_000).toISOString(),
  isGreen,
});
const expired = (
  runs: readonly RetainedRun[],
  rules: { keep: number; days: number; pinned?: readonly string[] },
): readonly string[] =>
  chooseExpired(runs, { keep: rules.keep, days: rules.days, now: NOW, pinned: new Set(rules.pinned) }).map(
    ({ runId }) => runId,
  );

test('a run goes when it is old, and so many newer ones of its matrix are there', () => {
  const runs = [1, 5, 20, 40, 60].map((days) => run('nightly', days));
  expect(expired(runs, { keep: 2, days: 30 })).toEqual(['nightly-60', 'nightly-40']);
  expect(expired(runs, { keep: 4, days: 30 })).toEqual(['nightly-60']);
  expect(expired(runs, { keep: 0, days: 3 })).toEqual(['nightly-60', 'nightly-40', 'nightly-20', 'nightly-5']);
  expect(expired([...runs, run('smoke', 90)], { keep: 1, days: 30 })).not.toContain('smoke-90');
});

test('what is pinned stays, and so does the last green run', () => {
  const runs = [run('nightly', 1), run('nightly', 40, true), run('nightly', 50, true), run('nightly', 60)];
  expect(expired(runs, { keep: 1, days: 30, pinned: ['nightly-60'] })).toEqual(['nightly-50']);
});

test('whatever the runs, the newest of each matrix stay, in any order given', () => {
  const anyRun = fc.record({ matrix: fc.constantFrom('a', 'b'), days: fc.nat(400), isGreen: fc.boolean() });
  fc.assert(
    fc.property(
      fc.uniqueArray(anyRun, { selector: ({ matrix, days }) => `${matrix}${days}` }),
      fc.nat(5),
      (given, keep) => {
        const runs = given.map(({ matrix, days, isGreen }) => run(matrix, days, isGreen));
        const gone = expired(runs, { keep, days: 30 });
        for (const matrix of ['a', 'b']) {
          const own = runs
            .filter((each) => each.matrix === matrix)
            .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
          expect(own.slice(0, keep).filter(({ runId }) => gone.includes(runId))).toEqual([]);
          const green = own.find(({ isGreen }) => isGreen);
          if (green) expect(gone).not.toContain(green.runId);
        }
        expect(expired(runs.toReversed(), { keep, days: 30 })).toEqual(gone);
      },
    ),
  );
});
