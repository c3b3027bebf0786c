import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOfMore } from './exact-odds.ts';

test.each([
  [{ failed: 0, of: 3 }, { failed: 3, of: 3 }, 1 / 20],
  [{ failed: 0, of: 3 }, { failed: 1, of: 3 }, 1 / 2],
  [{ failed: 0, of: 5 }, { failed: 5, of: 5 }, 1 / 252],
  [{ failed: 3, of: 10 }, { failed: 10, of: 10 }, 120 / 77_520],
  [{ failed: 0, of: 0 }, { failed: 1, of: 1 }, 1],
  [{ failed: 0, of: 4 }, { failed: 0, of: 4 }, 1],
])('%j against %j', (base, now, chance) => {
  expect(chanceOfMore(base, now)).toBeCloseTo(chance, 10);
});

const rate = fc.nat(12).chain((of) => fc.record({ failed: fc.nat(of), of: fc.constant(of) }));

test('it is a chance, and one more failure makes it no likelier', () => {
  fc.assert(
    fc.property(rate, rate, (base, now) => {
      const chance = chanceOfMore(base, now);
      expect(chance).toBeGreaterThanOrEqual(0);
      expect(chance).toBeLessThanOrEqual(1);
      if (now.failed < now.of)
        expect(chanceOfMore(base, { ...now, failed: now.failed + 1 })).toBeLessThanOrEqual(chance + 1e-9);
    }),
  );
});
