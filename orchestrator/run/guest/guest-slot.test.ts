import { expect, test } from 'vitest';
import type { RunEvent } from '../../model/event.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';
import { GuestSlot } from './guest-slot.ts';

const CELL = fakeCell('c', ['a']);

/** A slot in a world with room for one guest, whose controller numbers guests so. */
function slotWith(nextGuest: () => Promise<number>) {
  const events: RunEvent[] = [];
  const { reserve } = fakeWorld({ scripts: {}, room: 1 });
  const controller = { emit: (event: RunEvent) => void events.push(event), nextGuest };
  const { signal } = new AbortController();
  const open = (): GuestSlot => new GuestSlot({ reserve, controller, known: [], signal });
  return { events, open };
}

test('a guest has the number that the controller gave it', async () => {
  const { events, open } = slotWith(async () => Promise.resolve(7));
  await using slot = open();
  expect((await slot.boot(CELL)).guest.id).toBe(7);
  expect(events).toMatchObject([{ type: 'guest-boot', guest: 7, console: 'guests/7/console.log' }]);
});

test('a guest that gets no number gives its room back', async () => {
  let lost = true;
  const { open } = slotWith(async () => (lost ? Promise.reject(new Error('the controller is gone')) : 1));
  await using first = open();
  await expect(first.boot(CELL)).rejects.toThrow('the controller is gone');
  lost = false;
  await using second = open();
  expect((await second.boot(CELL)).guest.id).toBe(1);
});

test('what no room is for uses up no number', async () => {
  const numbers: number[] = [];
  const { open } = slotWith(async () => Promise.resolve(numbers.push(0)));
  await using first = open();
  await first.boot(CELL);
  await using second = open();
  // The first holds all the room; a guest that is kept for a shell does not give it back.
  first.handOver('kept')?.release.keepMemory();
  await expect(second.boot(CELL)).rejects.toMatchObject({ code: 'no-memory' });
  expect(numbers).toHaveLength(1);
});
