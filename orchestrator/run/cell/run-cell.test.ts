import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { BOOT_TEST, CLOSE_TEST, isRigTest } from '../../model/cell.ts';
import { GuestDeath, InfraError, UserError, SuiteSetupError } from '../../model/errors.ts';
import type { RunEvent } from '../../model/event.ts';
import { startCell } from '../queue/cell-queue.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';
import { GuestSlot } from '../guest/guest-slot.ts';
import { runCell } from './run-cell.ts';

const panic = new GuestDeath('panic', 'the kernel panicked', 'Kernel panic - not syncing: planted');

/** `test#attempt status` of every attempt, in order, the rig's own left out when there is nothing to say of them. */
function story(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type !== 'test-end') return [];
    if (event.status === 'pass' && isRigTest(event.test)) return [];
    if (event.status === 'skip' && event.test === CLOSE_TEST) return [];
    return [`${event.test}#${event.attempt} ${event.status}`];
  });
}

/** Which guest each attempt at a suite's test ran in. */
function guestsOf(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'test-start' && !isRigTest(event.test) ? [`${event.test}#${event.attempt} in ${event.guest}`] : [],
  );
}

test('tests run in order in one guest', async () => {
  const world = fakeWorld({ scripts: { b: [{ status: 'fail', message: 'no' }] } });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 pass', 'b#1 fail']);
  expect(world.boots()).toBe(1);
});

test('a boot says how long it waited for room', async () => {
  const world = fakeWorld({ scripts: {} });
  const reserve: typeof world.reserve = async (...asked) => {
    await sleep(30);
    return world.reserve(...asked);
  };
  const { emit } = world.environment;
  const { signal } = world.controller;
  await using slot = new GuestSlot({ reserve, controller: { emit, nextGuest: async () => 1 }, known: [], signal });
  const cell = fakeCell('c', ['a']);
  await runCell({ cell, suite: world.suite, start: startCell(cell) }, slot, world.environment);
  const begin = world.events.find((event) => event.type === 'test-start' && event.test === BOOT_TEST);
  expect(begin?.type === 'test-start' && begin.waitedMs).toBeGreaterThanOrEqual(25);
});

test("a suite sees which tests its guest will get: the round's, and not those of a further one", async () => {
  const fail = { status: 'fail', message: 'no' } as const;
  const world = fakeWorld({ retries: 1, scripts: { a: [fail], b: [panic] } });
  await world.runCell(fakeCell('c', ['a', 'b', 'd', 'e']));
  expect(world.ahead).toEqual(['a: b d e', 'b: d e', 'd: e', 'e: ', 'a: b', 'b: ']);
  const split = fakeWorld({ scripts: {}, split: 2, lastsMs: { a: 5, b: 5 } });
  await split.runCell(fakeCell('c', ['a', 'b', 'd']));
  expect(split.ahead.toSorted()).toEqual(['a: ', 'b: ', 'd: ']);
});

test('a test that panics its guest costs itself alone: the rest run in a fresh guest', async () => {
  const world = fakeWorld({ scripts: { b: [panic] } });
  await world.runCell(fakeCell('c', ['a', 'b', 'd']));
  expect(story(world.events)).toEqual(['a#1 pass', 'b#1 crash', 'd#1 pass']);
  expect(world.boots()).toBe(2);
  expect(world.events).toContainEqual({ type: 'guest-end', guest: 1, how: 'panic', detail: 'the kernel panicked' });
  expect(world.events).toContainEqual(
    expect.objectContaining({ test: 'b', status: 'crash', evidence: 'Kernel panic - not syncing: planted' }),
  );
});

test('retries keep every attempt, and a skip is not retried', async () => {
  const world = fakeWorld({
    retries: 2,
    scripts: { a: [{ status: 'fail' }, panic, { status: 'pass' }], s: [{ status: 'skip', message: 'no engine' }] },
  });
  await world.runCell(fakeCell('c', ['a', 's']));
  expect(story(world.events)).toEqual(['a#1 fail', 's#1 skip', 'a#2 crash', 'a#3 pass']);
});

test('retries come after the rest, in one fresh guest for all of a round', async () => {
  const fail = { status: 'fail', message: 'no' } as const;
  const world = fakeWorld({ retries: 2, scripts: { a: [fail, fail], b: [fail] } });
  await world.runCell(fakeCell('c', ['a', 'b', 'd']));
  expect(story(world.events)).toEqual(['a#1 fail', 'b#1 fail', 'd#1 pass', 'a#2 fail', 'b#2 pass', 'a#3 pass']);
  expect(guestsOf(world.events)).toEqual(['a#1 in 1', 'b#1 in 1', 'd#1 in 1', 'a#2 in 2', 'b#2 in 2', 'a#3 in 3']);
  const closes = world.events.flatMap((event) =>
    event.type === 'test-end' && event.test === CLOSE_TEST ? [`${event.attempt} ${event.status}`] : [],
  );
  expect(closes).toEqual(['1 pass', '2 pass', '3 pass']);
});

test('a retry that kills its guest leaves the others of its round to a further one', async () => {
  const world = fakeWorld({ retries: 1, scripts: { a: [{ status: 'fail' }, panic], b: [{ status: 'fail' }] } });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(guestsOf(world.events)).toEqual(['a#1 in 1', 'b#1 in 1', 'a#2 in 2', 'b#2 in 3']);
});

test('the cell after one with retries boots its own guest no more than before', async () => {
  const world = fakeWorld({ retries: 1, scripts: { a: [{ status: 'fail' }] } });
  await world.runCell(fakeCell('c1', ['a']));
  await world.runCell(fakeCell('c2', ['b']));
  expect(guestsOf(world.events)).toEqual(['a#1 in 1', 'a#2 in 2', 'b#1 in 2']);
});

test('a test that takes its guest down again is not tried a third time, and says so', async () => {
  const world = fakeWorld({
    retries: 5,
    scripts: {
      a: [panic, panic],
      b: [{ status: 'fail', message: 'no' }, panic, { status: 'fail', message: 'no' }, panic],
    },
  });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 crash', 'b#1 fail', 'a#2 crash', 'b#2 crash', 'b#3 fail', 'b#4 crash']);
  expect(world.events).toContainEqual(
    expect.objectContaining({
      test: 'a',
      attempt: 2,
      message: 'the kernel panicked; it is not tried again, having taken down 2 guests',
    }),
  );
});

test('a cell that has used up its guests ends with the reason, and what is left is counted', async () => {
  const tests = Array.from({ length: 30 }, (_, index) => `t${index}`);
  const world = fakeWorld({ retries: 1, scripts: Object.fromEntries(tests.map((name) => [name, [panic]])) });
  await world.runCell(fakeCell('c', tests));
  expect(world.boots()).toBe(24);
  expect(world.events.slice(-2)).toEqual([
    { type: 'note', text: 'c: the cell used up its 24 guests; 6 tests were not reached, 24 not tried again' },
    { type: 'cell-end', cell: 'c', reason: 'the cell used up its 24 guests' },
  ]);
});

test('past its deadline a test is a hang with stacks as evidence, and its guest is not used again', async () => {
  const world = fakeWorld({ testTimeoutMs: 10, scripts: { a: ['never'] } });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 hang', 'b#1 pass']);
  expect(world.events).toContainEqual(
    expect.objectContaining({ test: 'a', status: 'hang', evidence: 'stacks of the stuck task' }),
  );
  expect(world.disposed).toEqual([1]);
});

test('a suite that cannot be set up fails each of its tests with the reason', async () => {
  const world = fakeWorld({
    retries: 1,
    scripts: {},
    openError: new SuiteSetupError('dax refused', 'mount: wrong fs type'),
  });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 fail', 'b#1 fail']);
});

test('a boot that panics is the crash of guest/boot, and the tests stay unreached', async () => {
  const world = fakeWorld({ scripts: {}, boots: [panic] });
  await world.runCell(fakeCell('c', ['a']));
  expect(story(world.events)).toEqual(['guest/boot#1 crash']);
  expect(world.events.at(-1)).toEqual({ type: 'cell-end', cell: 'c' });
});

test('a failed boot is retried as any other test', async () => {
  const world = fakeWorld({ retries: 1, scripts: {}, boots: [panic, 'ok'] });
  await world.runCell(fakeCell('c', ['a']));
  expect(story(world.events)).toEqual(['guest/boot#1 crash', 'a#1 pass']);
});

test('pmem that is not as asked fails guest/pmem with every problem', async () => {
  const world = fakeWorld({ scripts: {}, pmemProblems: ['device 1: no region', 'device 2: raw'] });
  await world.runCell(fakeCell('c', ['a']));
  expect(story(world.events)).toEqual(['guest/pmem#1 fail']);
  expect(world.disposed).toEqual([1]);
});

describe('a QEMU that dies in the boot', () => {
  const died = new GuestDeath('qemu-died', 'QEMU was killed by SIGSEGV', '');

  test('costs the cell nothing, whatever its retries', async () => {
    const world = fakeWorld({ scripts: {}, boots: [died, died, 'ok'] });
    await world.runCell(fakeCell('c', ['a']));
    expect(story(world.events)).toEqual(['guest/boot#1 infra', 'guest/boot#2 infra', 'a#1 pass']);
  });

  test('is given up the third time', async () => {
    const world = fakeWorld({ scripts: {}, boots: [died, died, died, 'ok'] });
    await world.runCell(fakeCell('c', ['a']));
    expect(story(world.events)).toEqual(['guest/boot#1 infra', 'guest/boot#2 infra', 'guest/boot#3 infra']);
  });
});

test('what the host failed at is infra, never the kernel', async () => {
  const world = fakeWorld({ scripts: { a: [new InfraError('disk full', { code: 'disk-full' })] }, boots: [] });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 infra', 'b#1 pass']);
});

test("a bug in a suite is the rig's fault and spoils one test", async () => {
  const world = fakeWorld({ scripts: { a: [new TypeError('undefined is not a function')] } });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 infra', 'b#1 pass']);
  expect(world.boots()).toBe(2);
});

test("the user's error stops the run", async () => {
  const world = fakeWorld({ scripts: {}, boots: [new UserError('not a kernel', { code: 'no-kernel' })] });
  await expect(world.runCell(fakeCell('c', ['a']))).rejects.toThrow('not a kernel');
});

test('the next cell shares a guest that is still good, and gets a new one when clean-up failed', async () => {
  const shared = fakeWorld({ scripts: {} });
  await shared.runCell(fakeCell('c1', ['a']));
  await shared.runCell(fakeCell('c2', ['a']));
  expect(shared.boots()).toBe(1);

  const dirty = fakeWorld({ scripts: {}, closeError: new Error('umount: target is busy') });
  await dirty.runCell(fakeCell('c1', ['a']));
  await dirty.runCell(fakeCell('c2', ['a']));
  expect(dirty.boots()).toBe(2);
});

test('a panic in umount, after the last test, is the crash of guest/close', async () => {
  const world = fakeWorld({ scripts: {}, closeError: panic });
  await world.runCell(fakeCell('c', ['a']));
  expect(story(world.events)).toEqual(['a#1 pass', 'guest/close#1 crash']);
  expect(world.events).toContainEqual({ type: 'guest-end', guest: 1, how: 'panic', detail: 'the kernel panicked' });
});

test('every cell says how its clean-up went, or why there was none', async () => {
  for (const [options, status] of [
    [{ scripts: {} }, 'pass'],
    [{ scripts: { a: [panic] } }, 'skip'],
    [{ scripts: {}, openError: new SuiteSetupError('dax refused', '') }, 'skip'],
  ] as const) {
    const world = fakeWorld(options);
    await world.runCell(fakeCell('c', ['a']));
    expect(world.events.filter((event) => event.type === 'test-end' && event.test === CLOSE_TEST)).toEqual([
      expect.objectContaining({ status }),
    ]);
  }
});

test('an oops fails the test in which it came even if that passed, and its guest is not used again', async () => {
  const world = fakeWorld({ scripts: {}, problems: { a: [{ title: 'BUG: kernel NULL pointer dereference' }] } });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 fail', 'b#1 pass']);
  expect(world.events).toContainEqual(
    expect.objectContaining({
      test: 'a',
      status: 'fail',
      message: 'the kernel reported: BUG: kernel NULL pointer dereference',
      evidence: 'Call Trace:',
    }),
  );
  expect(world.boots()).toBe(2);
});

test('what a test itself brings about is reported and fails nothing, in that test alone', async () => {
  const title = 'Memory failure: 0x1: recovery action for dax page: Recovered';
  const world = fakeWorld({
    scripts: {},
    problems: { a: [{ title }], b: [{ title }] },
    forgives: { a: [{ title: 'Memory failure: *', reason: 'asked for' }] },
  });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 pass', 'b#1 fail']);
  // It leaves the guest as good as it was.
  expect(world.boots()).toBe(1);
});

test('a suite that calls its guest spent gets a fresh one for the rest', async () => {
  const world = fakeWorld({ scripts: {}, spends: ['a'], lockdep: () => 1 });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 pass', 'b#1 pass']);
  expect(world.boots()).toBe(2);
  expect(world.events).toContainEqual(
    expect.objectContaining({
      type: 'test-end',
      test: 'a',
      lockdep: expect.objectContaining({ covered: true }) as unknown,
    }),
  );
});

test('a problem goes to the journal with its place before the end of its test', async () => {
  const world = fakeWorld({ scripts: {}, problems: { a: [{ kind: 'warning' }] } });
  await world.runCell(fakeCell('c', ['a']));
  const reported = world.events.flatMap((event) =>
    event.type === 'problem'
      ? [`${event.during} ${event.test}#${event.attempt} ${event.problem.kind} in guest ${event.guest}`]
      : event.type === 'test-end' && event.test === 'a'
        ? ['end']
        : [],
  );
  expect(reported).toEqual(['test a#1 warning in guest 1', 'end']);
});

test('a known problem is reported and fails nothing, but its guest is spent', async () => {
  const world = fakeWorld({
    scripts: {},
    problems: { a: [{ title: 'WARNING: old' }] },
    known: [{ title: 'WARNING: old', reason: 'reported' }],
  });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 pass', 'b#1 pass']);
  expect(world.events).toContainEqual(
    expect.objectContaining({ test: 'a', type: 'test-end', message: 'known problem: WARNING: old (reported)' }),
  );
  expect(world.boots()).toBe(2);
});

test('a problem between two tests fails neither of them but the guest/close of their guest, which is not closed itself', async () => {
  const world = fakeWorld({ scripts: {}, problems: { b: [{ marker: 'test-end 2' }] } });
  await world.runCell(fakeCell('c', ['a', 'b', 'd']));
  expect(story(world.events)).toEqual(['a#1 pass', 'b#1 pass', 'guest/close#1 fail', 'd#1 pass']);
  expect(world.events).toContainEqual(expect.objectContaining({ type: 'problem', during: 'gap', test: 'b' }));
});

test("a limit of lockdep is the rig's: it fails no test, and the next gets a fresh guest", async () => {
  const world = fakeWorld({
    scripts: {},
    problems: { a: [{ kind: 'lockdep-off', blame: 'rig', title: 'BUG: MAX_LOCKDEP_CHAINS too low!' }] },
  });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(story(world.events)).toEqual(['a#1 pass', 'b#1 pass']);
  expect(world.boots()).toBe(2);
});

test('lockdep that goes off leaves its test uncovered, and later tests get a fresh guest', async () => {
  const world = fakeWorld({ scripts: {}, lockdep: (guest, test) => (guest === 1 && test === 'b' ? 0 : 1) });
  await world.runCell(fakeCell('c', ['a', 'b', 'd']));
  const coverage = world.events.flatMap((event) =>
    event.type === 'test-end' && event.lockdep && ['a', 'b', 'd'].includes(event.test)
      ? [`${event.test} ${event.lockdep.covered}`]
      : [],
  );
  expect(coverage).toEqual(['a true', 'b false', 'd true']);
  expect(world.events).toContainEqual(
    expect.objectContaining({
      test: 'b',
      status: 'pass',
      message: 'ran uncovered: lockdep turned itself off during the test',
    }),
  );
  expect(world.boots()).toBe(2);
});

test('on a kernel whose lockdep is off from the boot each test says so, and one guest does for all', async () => {
  const world = fakeWorld({ scripts: {}, lockdep: () => 0 });
  await world.runCell(fakeCell('c', ['a', 'b']));
  expect(world.boots()).toBe(1);
  expect(world.events.filter((event) => event.type === 'test-end' && event.lockdep?.covered === false).length).toBe(4);
});

test('a host that fails while the suite is set up spoils one test, and the run goes on', async () => {
  const world = fakeWorld({ scripts: {}, openError: new InfraError('no room', { code: 'disk-full' }) });
  await world.runCell(fakeCell('c', ['a']));
  expect(story(world.events)).toEqual(['a#1 infra']);
});

test('a suite that wants a guest of its own gets one, and leaves none behind', async () => {
  const world = fakeWorld({ scripts: {}, needsFreshGuest: true });
  await world.runCell(fakeCell('c1', ['a']));
  await world.runCell(fakeCell('c2', ['a']));
  expect(world.boots()).toBe(2);
  expect(world.disposed).toEqual([1, 2]);
});

test('an interruption leaves the test in flight without a result', async () => {
  const world = fakeWorld({ scripts: { a: ['never'] } });
  const run = world.runCell(fakeCell('c', ['a']));
  setTimeout(() => world.controller.abort(), 5);
  await expect(run).rejects.toMatchObject({ name: 'Interrupted' });
  expect(story(world.events)).toEqual([]);
});

test('tests found inside a test are reported below its name, before it', async () => {
  const world = fakeWorld({
    scripts: {
      a: [
        {
          status: 'fail',
          message: '1 of 2 failed',
          subtests: [
            { name: '1 one', status: 'pass' },
            { name: '2 two', status: 'fail' },
          ],
        },
      ],
    },
  });
  await world.runCell(fakeCell('c', ['a']));
  expect(story(world.events)).toEqual(['a/1 one#1 pass', 'a/2 two#1 fail', 'a#1 fail']);
});

test('a cell goes on where an earlier controller left it: only what is left, with guests and attempts counted on', async () => {
  const [pending] = startCell(fakeCell('c', ['b'])).pending;
  const world = fakeWorld({ scripts: {} });
  const start = { pending: pending ? [{ ...pending, attempt: 3 }] : [], guests: 2 };
  await world.runCell(fakeCell('c', ['a', 'b']), { start });
  expect(
    world.events.flatMap((event) => (event.type === 'test-end' ? [`${event.test}#${event.attempt}`] : [])),
  ).toEqual(['guest/boot#3', 'guest/pmem#3', 'b#3', 'guest/close#3']);
});

test('a cell of which only the end is missing boots nothing, and says that nobody closed its guest', async () => {
  const world = fakeWorld({ scripts: {} });
  await world.runCell(fakeCell('c', ['a']), { start: { pending: [], guests: 1 } });
  expect(world.boots()).toBe(0);
  expect(world.events.map(({ type }) => type)).toEqual(['cell-start', 'test-end', 'cell-end']);
});
