import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOSE_TEST, isRigTest } from '../../model/cell.ts';
import { GuestDeath, UserError } from '../../model/errors.ts';
import type { RunEvent } from '../../model/event.ts';
import type { TestResult } from '../../model/outcome.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';

const panic = new GuestDeath('panic', 'the kernel panicked', 'Kernel panic');

/**
 * `test#attempt in guest`, in the order of their beginning. Guests are counted as they come: which of two is ready
 * first is the host's to say.
 */
function starts(events: readonly RunEvent[]): string[] {
  const guests: (number | undefined)[] = [];
  return events.flatMap((event) => {
    if (event.type !== 'test-start' || isRigTest(event.test)) return [];
    if (!guests.includes(event.guest)) guests.push(event.guest);
    return [`${event.test}#${event.attempt} in ${guests.indexOf(event.guest) + 1}`];
  });
}

function ends(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'test-end' && !isRigTest(event.test) ? [`${event.test}#${event.attempt} ${event.status}`] : [],
  );
}

/** A cell whose tests are thought to take so many seconds. */
function cellOf(estimates: Readonly<Record<string, number>>) {
  const cell = fakeCell('c', Object.keys(estimates));
  return { ...cell, tests: cell.tests.map((one) => ({ ...one, estimateSec: estimates[one.name] ?? 1 })) };
}

describe('a cell that is split', () => {
  test('gives each guest the longest test that is left, whenever it has ended one', async () => {
    const world = fakeWorld({ scripts: {}, split: 2, lastsMs: { long: 1000, a: 15, b: 15, d: 15 } });
    await world.runCell(cellOf({ a: 2, long: 10, b: 2, d: 1 }));
    expect(starts(world.events)).toEqual(['long#1 in 1', 'a#1 in 2', 'b#1 in 2', 'd#1 in 2']);
    const closes = world.events.flatMap((event) =>
      event.type === 'test-end' && event.test === CLOSE_TEST ? [`${event.attempt} ${event.status}`] : [],
    );
    expect(closes.toSorted()).toEqual(['1 pass', '2 pass']);
    expect(world.events.at(-1)).toEqual({ type: 'cell-end', cell: 'c' });
    // The first guest may serve the next cell.
    expect(world.disposed).toHaveLength(1);
  });

  test('boots no more guests than it has tests', async () => {
    const world = fakeWorld({ scripts: {}, split: 8, lastsMs: { a: 5, b: 5 } });
    await world.runCell(fakeCell('c', ['a', 'b']));
    expect(world.boots()).toBe(2);
  });

  test('uses as many guests as the host has room for, and waits for none when its tests are done', async () => {
    const world = fakeWorld({ scripts: {}, split: 3, room: 1, lastsMs: { a: 5, b: 5, d: 5 } });
    await world.runCell(fakeCell('c', ['a', 'b', 'd']));
    expect(world.boots()).toBe(1);
    expect(starts(world.events)).toEqual(['a#1 in 1', 'b#1 in 1', 'd#1 in 1']);
  });

  test('loses no test of one guest by the death of another', async () => {
    const world = fakeWorld({ scripts: { b: [panic] }, split: 2, lastsMs: { a: 1000, b: 5, d: 5 } });
    await world.runCell(fakeCell('c', ['a', 'b', 'd']));
    expect(starts(world.events)).toEqual(['a#1 in 1', 'b#1 in 2', 'd#1 in 3']);
    expect(ends(world.events)).toEqual(['b#1 crash', 'd#1 pass', 'a#1 pass']);
  });

  test('runs the retry of its last test though the other guest has gone', async () => {
    const world = fakeWorld({
      scripts: { a: [panic], b: [panic] },
      retries: 1,
      split: 2,
      room: 2,
      lastsMs: { a: 1000, b: 2 },
    });
    await world.runCell(fakeCell('c', ['a', 'b']));
    expect(ends(world.events)).toEqual(['b#1 crash', 'b#2 pass', 'a#1 crash', 'a#2 pass']);
  });

  test('stops all its guests for the user’s error in one', async () => {
    const world = fakeWorld({
      scripts: { a: ['never'] },
      split: 2,
      boots: ['ok', new UserError('not a kernel', { code: 'no-kernel' })],
    });
    await expect(world.runCell(fakeCell('c', ['a', 'b']))).rejects.toThrow('not a kernel');
    expect(world.events.some(({ type }) => type === 'cell-end')).toBe(false);
  });

  test('that is interrupted does not end', async () => {
    const world = fakeWorld({ scripts: { a: ['never'], b: ['never'] }, split: 2 });
    const run = world.runCell(fakeCell('c', ['a', 'b']));
    setTimeout(() => world.controller.abort(), 10);
    await expect(run).rejects.toMatchObject({ name: 'Interrupted' });
    expect(ends(world.events)).toEqual([]);
  });

  test('of which one guest does not come up is done by the other, and says so', async () => {
    const world = fakeWorld({ scripts: {}, split: 2, boots: [panic, 'ok'] });
    await world.runCell(fakeCell('c', ['a', 'b']));
    expect(ends(world.events)).toEqual(['a#1 pass', 'b#1 pass']);
    expect(world.events).toContainEqual(expect.objectContaining({ test: 'guest/boot', status: 'crash' }));
  });

  test('has the same attempts with the same results as in one guest', async () => {
    const result = fc.constantFrom<TestResult | GuestDeath>(
      { status: 'pass' },
      { status: 'fail', message: 'no' },
      { status: 'skip', message: 'no' },
      panic,
    );
    const scripts = fc.dictionary(
      fc.constantFrom('a', 'b', 'd', 'e', 'f'),
      fc.array(result, { minLength: 3, maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(scripts, fc.nat(2), fc.integer({ min: 2, max: 4 }), async (planned, retries, split) => {
        const cell = fakeCell('c', Object.keys(planned));
        const [one, several] = [1, split].map((width) =>
          fakeWorld({ scripts: planned, retries, split: width, room: 3 }),
        );
        for (const world of [one, several]) if (world) await world.runCell(cell);
        expect(ends(several?.events ?? []).toSorted()).toEqual(ends(one?.events ?? []).toSorted());
      }),
      { numRuns: 50 },
    );
  });
});
