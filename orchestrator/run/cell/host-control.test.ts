import { expect, test } from 'vitest';
import { GuestDeath } from '../../model/errors.ts';
import type { HostControl } from '../../model/host-control.ts';
import type { Suite } from '../../model/suite.ts';
import { fakeHost } from '../testing/fake-host.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';
import { present } from '../../model/present.ts';

const CELL = fakeCell('c', ['power/cut']);

/** Switches that do nothing, or fail as the power switch of a guest whose next boot ends so. */
const switches = (nextBoot?: Error): HostControl =>
  fakeHost(nextBoot === undefined ? {} : { boot: () => Promise.reject(nextBoot) });

/** Runs a suite whose test cuts the power, as far as it is given a switch. */
async function run(host: HostControl | undefined, { declares }: { readonly declares: boolean }) {
  const world = fakeWorld({ scripts: {}, ...present({ host }) });
  const given: (HostControl | undefined)[] = [];
  const suite: Suite = {
    ...world.suite,
    ...(declares && { needsHostControl: true }),
    open: async (context) => {
      given.push(context.host);
      return {
        ...(await world.suite.open(context)),
        run: async () => {
          await context.host?.powerCycle();
          return { status: 'pass' };
        },
      };
    },
  };
  await world.runCell(CELL, { suite });
  const ends = world.events.flatMap((event) =>
    event.type === 'test-end' && event.test === 'power/cut' ? [event.status] : [],
  );
  return { given, ends, types: world.events.map(({ type }) => type), events: world.events };
}

test('a power cut that a test asked for is an event, and its guest goes on', async () => {
  const { ends, events, types } = await run(switches(), { declares: true });
  expect(ends).toEqual(['pass']);
  expect(events).toContainEqual({ type: 'guest-control', guest: 1, action: 'power-cycle' });
  expect(types.filter((type) => type === 'guest-boot')).toHaveLength(1);
  expect(types).not.toContain('guest-end');
});

test('a suite that does not declare it has no switch', async () => {
  const { given, types } = await run(switches(), { declares: false });
  expect(given).toEqual([undefined]);
  expect(types).not.toContain('guest-control');
});

test('a kernel that panics in the boot that a test asked for is a crash of that test', async () => {
  const panic = new GuestDeath('panic', 'Kernel panic', 'Kernel panic');
  const { ends, events } = await run(switches(panic), { declares: true });
  expect(ends).toEqual(['crash']);
  expect(events).toContainEqual(expect.objectContaining({ type: 'guest-end', how: 'panic' }));
});
