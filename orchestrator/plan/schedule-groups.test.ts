import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell } from '../model/cell.ts';
import { BOOT_SEC } from './estimate.ts';
import { scheduleGroups } from './schedule-groups.ts';

const cell = (id: string, estimateSec: number): Cell =>
  ({ id, tests: [{ name: 't', estimateSec }] }) as unknown as Cell;
const group = (name: string, ...seconds: readonly number[]): Cell[] =>
  seconds.map((sec, index) => cell(`${name}${index}`, sec));
const namesOf = (groups: readonly (readonly Cell[])[]): string[] => groups.map((g) => g.map(({ id }) => id).join(' '));

/** When the last of them ends if each goes to the slot that is free first. */
function endOf(groups: readonly (readonly Cell[])[], slots: number): number {
  const free = Array.from({ length: slots }, () => 0);
  for (const cells of groups) {
    const sec = cells.reduce((sum, { tests }) => sum + (tests[0]?.estimateSec ?? 0), BOOT_SEC);
    free.sort((a, b) => a - b);
    free[0] = (free[0] ?? 0) + sec;
  }
  return Math.max(...free);
}

test('one guest at a time takes the cells in the order of the matrix', () => {
  const groups = [group('a', 5), group('b', 500, 500)];
  expect(scheduleGroups(groups, 1)).toBe(groups);
});

test('the longest is first, and equals keep their order', () => {
  expect(namesOf(scheduleGroups([group('a', 10), group('b', 10), group('c', 300)], 2))).toEqual(['c0', 'a0', 'b0']);
});

test('groups that would end after all others are worked on by two guests each', () => {
  const groups = [group('a', 100, 100), group('b', 100, 100)];
  expect(namesOf(scheduleGroups(groups, 4))).toEqual(['a0', 'a1', 'b0', 'b1']);
});

test('a group stays whole where next to nothing would be gained', () => {
  expect(namesOf(scheduleGroups([group('a', 1, 100)], 8))).toEqual(['a0 a1']);
});

const cells = fc.array(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 12,
});

test('whatever the groups, each cell is run once, beside its neighbours, and no later than without a schedule', () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 16 }), (durations, slots) => {
      const groups = durations.map((seconds, index) => group(`${index}-`, ...seconds));
      const scheduled = scheduleGroups(groups, slots);
      expect(
        scheduled
          .flat()
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual(
        groups
          .flat()
          .map(({ id }) => id)
          .toSorted(),
      );
      for (const part of scheduled)
        expect(groups.some((whole) => ` ${namesOf([whole])[0]} `.includes(` ${namesOf([part])[0]} `))).toBe(true);
      const longestFirst = groups.toSorted((a, b) => endOf([b], 1) - endOf([a], 1));
      expect(endOf(scheduled, slots)).toBeLessThanOrEqual(slots === 1 ? Infinity : endOf(longestFirst, slots));
    }),
  );
});

test('forty cells of a few kernels end close to the least that is possible', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 60, max: 600 }), { minLength: 40, maxLength: 40 }),
      fc.integer({ min: 2, max: 8 }),
      (seconds, slots) => {
        const groups = [0, 1, 2, 3].map((kernel) =>
          group(`k${kernel}-`, ...seconds.filter((_, i) => i % 4 === kernel)),
        );
        const total = seconds.reduce((sum, sec) => sum + sec, 0) + Math.max(4, slots) * BOOT_SEC;
        const least = Math.max(total / slots, Math.max(...seconds) + BOOT_SEC);
        expect(endOf(scheduleGroups(groups, slots), slots) / least).toBeLessThanOrEqual(1.2);
      },
    ),
  );
});
