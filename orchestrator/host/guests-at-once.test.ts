import { expect, test } from 'vitest';
import { guestsAtOnce } from './guests-at-once.ts';

const GIB = 2 ** 30;
const cell = (cpus: number, memoryBytes: number) => ({
  guest: { cpus, memoryBytes, append: [] },
  pmem: { name: 'p', devices: [] },
});
const host = (cores: number, gib: number) => ({ cores, memoryAvailableBytes: gib * GIB });

test.each([
  ['cores', host(9, 64), undefined, 4],
  ['memory', host(64, 7), undefined, 3],
  ['the user', host(4, 64), 6, 6],
  ['memory, whatever the user says', host(4, 7), 6, 3],
  ['nothing but one guest', host(1, 1), undefined, 1],
])('it is bounded by %s', (_what, of, jobs, guests) => {
  const cells = [cell(1, GIB), cell(2, 2 * GIB)];
  expect(guestsAtOnce(cells, { host: of, ...(jobs !== undefined && { jobs }) })).toBe(guests);
});
