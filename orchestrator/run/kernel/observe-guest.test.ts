import { expect, test } from 'vitest';
import { observeGuest } from './observe-guest.ts';

const stats = (classes: number) =>
  ` lock-classes: ${classes} [max: 8192]\n direct dependencies: ${2 * classes} [max: 32768]\n dependency chains: ${3 * classes} [max: 65536]\n debug_locks: 1\n`;

test('what lockdep saw in a test that boots its guest again counts from that boot on', async () => {
  const guest = {
    boots: 1,
    classes: 1000,
    kernelRelease: '6.12',
    mark: async () => ({ onConsole: true, lost: 0, lostOnConsole: false, dropped: 0 }),
    ask: async () => stats(guest.classes),
    takeProblems: () => [],
  };
  const observer = observeGuest({ guest, known: [], log: () => undefined });
  await observer.settle();
  await observer.begin('power/cut');
  Object.assign(guest, { boots: 2, classes: 900 });
  expect((await observer.end({ answers: true })).lockdep).toMatchObject({
    covered: true,
    grown: { classes: 900, dependencies: 1800, chains: 2700 },
  });
  await observer.begin('power/after');
  guest.classes = 910;
  expect((await observer.end({ answers: true })).lockdep).toMatchObject({ grown: { classes: 10 } });
});
