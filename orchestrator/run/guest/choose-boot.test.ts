import { expect, test } from 'vitest';
import type { Cell } from '../../model/cell.ts';
import { chooseFork } from './choose-boot.ts';
import { fakeCell } from '../testing/fake-world.ts';

const cell = (id: string, guest: Partial<Cell['guest']> = { boot: 'fork' }): Cell => {
  const fake = fakeCell(id, []);
  return { ...fake, guest: { ...fake.guest, ...guest } };
};
const IDS = Array.from({ length: 1000 }, (_, index) => `debian-6.1/nvdimm/ext4-dax/suite-${index}`);

test.each([
  ['always, where the matrix asks for it', { boot: 'fork' }, 'always'],
  ['from the second guest of their kind on, where it asks for nothing', {}, 'seen'],
] as const)('nine cells in ten are forked %s, and in each run the same', (_what, guest, when) => {
  const forked = IDS.filter((id) => chooseFork(cell(id, guest), {}) === when);
  expect(forked.length).toBeGreaterThan(860);
  expect(forked.length).toBeLessThan(940);
  expect(IDS.filter((id) => chooseFork(cell(id, guest), {}))).toEqual(forked);
});

test.each<[what: string, guest: Partial<Cell['guest']>, suite: { readonly boot?: 'cold' }]>([
  ['the matrix asks for boots', { boot: 'cold' }, {}],
  ['the suite boots its guests', { boot: 'fork' }, { boot: 'cold' }],
  ['the guest counts instructions', { boot: 'fork', countInstructions: true }, {}],
])('no cell is forked where %s', (_what, guest, suite) =>
  expect(IDS.filter((id) => chooseFork(cell(id, guest), suite))).toEqual([]),
);
