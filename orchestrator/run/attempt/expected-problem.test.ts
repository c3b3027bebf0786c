import { expect, test } from 'vitest';
import type { Cell } from '../../model/cell.ts';
import { GuestDeath } from '../../model/errors.ts';
import type { ExpectedProblem } from '../../model/expected-problem.ts';
import type { RunEvent } from '../../model/event.ts';
import type { KernelProblem } from '../../model/problem.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';

const ABBA: ExpectedProblem = { kinds: ['lockdep-circular'] };
const QUIET: ExpectedProblem = { kinds: [] };
const PANIC: ExpectedProblem = { kinds: ['panic'], fatal: true };
const panic = new GuestDeath('panic', 'Kernel panic - not syncing: planted', 'Kernel panic - not syncing: planted');

const circular: Partial<KernelProblem> = {
  kind: 'lockdep-circular',
  title: 'WARNING: possible circular locking dependency detected',
};

function provingCell(tests: Readonly<Record<string, ExpectedProblem>>): Cell {
  const cell = fakeCell('c', Object.keys(tests));
  return {
    ...cell,
    tests: cell.tests.map((planned) => ({ ...planned, ...(tests[planned.name] && { expects: tests[planned.name] }) })),
  };
}

function endOf(events: readonly RunEvent[], name: string) {
  return events.filter((event) => event.type === 'test-end' && event.test === name);
}

test('a planted problem that is seen in its test is a pass, is reported as planted, and spends the guest', async () => {
  const world = fakeWorld({ scripts: {}, problems: { a: [circular] } });
  await world.runCell(provingCell({ a: ABBA, q: QUIET }));
  expect(endOf(world.events, 'a')).toEqual([
    expect.objectContaining({
      status: 'pass',
      message: 'seen: lockdep-circular (WARNING: possible circular locking dependency detected)',
    }),
  ]);
  expect(world.events).toContainEqual(expect.objectContaining({ type: 'problem', test: 'a', expected: true }));
  expect(endOf(world.events, 'q')).toEqual([expect.objectContaining({ status: 'pass' })]);
  expect(world.boots()).toBe(2);
});

test.each<[string, readonly Partial<KernelProblem>[], ExpectedProblem, string]>([
  ['is not seen', [], ABBA, 'the rig did not see lockdep-circular'],
  [
    'is taken for another',
    [{ kind: 'warning', title: 'WARNING: x' }],
    ABBA,
    'the rig did not see lockdep-circular; it saw what nobody planted: warning (WARNING: x)',
  ],
  [
    'comes with another',
    [circular, { kind: 'oops', title: 'Oops: 0' }],
    ABBA,
    'it saw what nobody planted: oops (Oops: 0)',
  ],
  [
    'is seen where none is',
    [{ kind: 'warning', title: 'WARNING: x' }],
    QUIET,
    'it saw what nobody planted: warning (WARNING: x)',
  ],
])(
  'a planted problem that %s is infra at the first look, and its guest is not used again',
  async (_, problems, expects, message) => {
    const world = fakeWorld({ retries: 2, scripts: {}, problems: { a: problems } });
    await world.runCell(provingCell({ a: expects, q: QUIET }));
    expect(endOf(world.events, 'a')).toEqual([expect.objectContaining({ status: 'infra', message })]);
    expect(world.boots()).toBe(2);
  },
);

test('a remark on how the kernel was heard stands beside a planted problem, too', async () => {
  const world = fakeWorld({ scripts: {}, problems: { a: [circular] }, hearings: { a: { lost: 7 } } });
  await world.runCell(provingCell({ a: ABBA }));
  expect(endOf(world.events, 'a')).toEqual([
    expect.objectContaining({ status: 'pass', message: expect.stringMatching(/^seen: .*7 records/) as string }),
  ]);
});

test("the module is built before the suite's set-up begins, whose deadline is the guest's alone", async () => {
  const world = fakeWorld({ scripts: {}, problems: { a: [circular] } });
  const order: string[] = [];
  const { suite } = world;
  await world.runCell(provingCell({ a: ABBA }), {
    buildCanary: async () => {
      await new Promise(setImmediate);
      order.push('built');
      return { kind: 'impossible', reason: '' };
    },
    suite: { ...suite, open: async (context) => (order.push('set up'), suite.open(context)) },
  });
  expect(order).toEqual(['built', 'set up']);
});

test('what may follow from a planted problem does no harm, but does not stand for it', async () => {
  const expects: ExpectedProblem = { ...ABBA, followers: ['lockdep-off'] };
  for (const [problems, status] of [
    [[circular, { kind: 'lockdep-off' }], 'pass'],
    [[{ kind: 'lockdep-off' }], 'infra'],
  ] as const) {
    const world = fakeWorld({ scripts: {}, problems: { a: problems } });
    await world.runCell(provingCell({ a: expects }));
    expect(endOf(world.events, 'a')).toEqual([expect.objectContaining({ status })]);
  }
});

test('a problem seen in a neighbour is infra for both, and blames no kernel', async () => {
  const world = fakeWorld({ scripts: {}, problems: { q: [circular] } });
  await world.runCell(provingCell({ a: ABBA, q: QUIET }));
  expect(
    world.events.flatMap((event) =>
      event.type === 'test-end' && ['a', 'q'].includes(event.test) ? [event.status] : [],
    ),
  ).toEqual(['infra', 'infra']);
});

test('a problem that is seen between two tests makes guest/close infra', async () => {
  const world = fakeWorld({ scripts: {}, problems: { q: [{ ...circular, marker: 'test-end 2' }] } });
  await world.runCell(provingCell({ a: ABBA, q: QUIET }));
  expect(endOf(world.events, 'guest/close')).toContainEqual(
    expect.objectContaining({
      status: 'infra',
      message: expect.stringContaining('the rig saw in no test: lockdep-circular') as string,
    }),
  );
});

test.each<[string, GuestDeath | 'lives', readonly Partial<KernelProblem>[], ExpectedProblem, string]>([
  ['a planted panic', panic, [{ kind: 'panic' }], PANIC, 'pass'],
  ['an oops on a kernel that panics of it', panic, [circular], ABBA, 'pass'],
  ['a panic of which nothing was read', panic, [], PANIC, 'infra'],
  ['a planted panic that the guest outlives', 'lives', [{ kind: 'panic' }], PANIC, 'infra'],
  ['a guest that is lost otherwise', new GuestDeath('stall', 'silent', ''), [circular], ABBA, 'infra'],
  ['a guest that dies of nothing', panic, [], QUIET, 'infra'],
])('%s', async (_, script, problems, expects, status) => {
  const world = fakeWorld({
    scripts: { a: [script === 'lives' ? { status: 'pass' } : script] },
    problems: { a: problems },
  });
  // What a dying test leaves is asked for under its name.
  await world.runCell(provingCell({ a: expects, q: QUIET }));
  expect(endOf(world.events, 'a')).toEqual([expect.objectContaining({ status })]);
  expect(endOf(world.events, 'q')).toEqual([expect.objectContaining({ status: 'pass' })]);
});

test('a test that could not plant its problem is infra, one that its kernel has no words for stays a skip', async () => {
  const world = fakeWorld({
    scripts: {
      a: [{ status: 'fail', message: 'refused' }],
      b: [{ status: 'skip', message: 'no CONFIG_PROVE_LOCKING' }],
    },
  });
  await world.runCell(provingCell({ a: ABBA, b: ABBA }));
  expect(endOf(world.events, 'a')).toEqual([
    expect.objectContaining({ status: 'infra', message: 'the rig did not see lockdep-circular; refused' }),
  ]);
  expect(endOf(world.events, 'b')).toEqual([expect.objectContaining({ status: 'skip' })]);
});

test('that lockdep was off is reported with what was missed, and no coverage is claimed for a planted problem', async () => {
  const world = fakeWorld({ scripts: {}, lockdep: () => 0 });
  await world.runCell(provingCell({ a: ABBA }));
  const [end] = endOf(world.events, 'a');
  expect(end).toMatchObject({
    status: 'infra',
    message: 'the rig did not see lockdep-circular; lockdep was off before the test began',
  });
  expect(end).not.toHaveProperty('lockdep');
});
