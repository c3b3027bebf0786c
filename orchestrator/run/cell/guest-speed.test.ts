import { describe, expect, test } from 'vitest';
import type { Accelerator } from '../../model/accelerator.ts';
import { CLOSE_TEST } from '../../model/cell.ts';
import { GuestDeath } from '../../model/errors.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';

const STALL = new GuestDeath('stall', 'the guest answers nothing', 'the stacks of its CPUs');

/** Guests of all speeds: what they run on, whether lockdep slows them down, and by how much their deadlines grow. */
const SPEEDS: readonly [string, Accelerator, boolean, string][] = [
  ['KVM', 'kvm', false, 'its deadline of 0.01 s'],
  ['KVM with lockdep', 'kvm', true, '0.02 s (its deadline of 0.01 s × 2 for lockdep)'],
  ['TCG', 'tcg', false, '0.03 s (its deadline of 0.01 s × 3 for TCG)'],
  ['TCG with lockdep', 'tcg', true, '0.06 s (its deadline of 0.01 s × 6 for TCG and lockdep)'],
  ['TCG that counts', 'tcg-icount', false, '0.06 s (its deadline of 0.01 s × 6 for TCG that counts instructions)'],
];

async function run(accelerator: Accelerator, lockdep: boolean, options: Parameters<typeof fakeWorld>[0]) {
  const world = fakeWorld({ accelerator, ...(lockdep && { lockdep: () => 1 }), ...options });
  await world.runCell(fakeCell('c', ['a', 'b']));
  const ends = world.events.flatMap((event) => (event.type === 'test-end' ? [event] : []));
  return { ...world, end: (name: string) => ends.findLast((event) => event.test === name) };
}

describe.each(SPEEDS)('a guest on %s', (_, accelerator, lockdep, deadline) => {
  test('is kept apart in the journal', async () => {
    const { events } = await run(accelerator, lockdep, { scripts: {} });
    expect(events).toContainEqual(expect.objectContaining({ type: 'guest-boot', accelerator }));
  });

  test('has this deadline for its tests', async () => {
    const { end } = await run(accelerator, lockdep, { testTimeoutMs: 10, scripts: { a: ['never'] } });
    expect(end('a')).toMatchObject({ status: 'hang', message: `the test did not end within ${deadline}` });
    expect(end('b')).toMatchObject({ status: 'pass' });
  });

  test('that stalls in a test makes it a hang, and the rest go on in a fresh guest', async () => {
    const { end, boots, events } = await run(accelerator, lockdep, { scripts: { a: [STALL] } });
    expect(end('a')).toMatchObject({
      status: 'hang',
      message: 'the guest answers nothing',
      evidence: 'the stacks of its CPUs',
    });
    expect(events).toContainEqual({ type: 'guest-end', guest: 1, how: 'stall', detail: 'the guest answers nothing' });
    expect(end('b')).toMatchObject({ status: 'pass' });
    expect(boots()).toBe(2);
  });

  test('that stalls in its boot makes that a hang', async () => {
    const { end } = await run(accelerator, lockdep, { scripts: {}, boots: [STALL] });
    expect(end('guest/boot')).toMatchObject({ status: 'hang' });
  });

  test('that stalls in its clean-up makes that a hang', async () => {
    const { end } = await run(accelerator, lockdep, { scripts: {}, closeError: STALL });
    expect(end('a')).toMatchObject({ status: 'pass' });
    expect(end(CLOSE_TEST)).toMatchObject({ status: 'hang' });
  });
});

// Both timers start in the same moment, so that the shorter one ends first on the slowest host.
test.each([
  ['kvm', false, 'hang'],
  ['kvm', true, 'pass'],
  ['tcg', false, 'pass'],
] as const)(
  'a test that takes 1.5 times its deadline, on %s, with lockdep: %s, is a %s',
  async (accelerator, lockdep, status) => {
    const { end } = await run(accelerator, lockdep, { scripts: {}, testTimeoutMs: 40, lastsMs: { a: 60 } });
    expect(end('a')).toMatchObject({ status });
  },
);

test('a suite hears how slow its guest is, and why', async () => {
  const { opened } = await run('tcg', true, { scripts: {} });
  expect(opened).toEqual([{ timeoutScale: 6, timeoutScaleWhy: 'TCG and lockdep' }]);
});
