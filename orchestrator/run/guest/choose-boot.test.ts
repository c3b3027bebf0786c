import { expect, test } from 'vitest';
import type { Cell } from '../../model/cell.ts';
import { mayFork } from './choose-boot.ts';
import { fakeCell } from '../testing/fake-world.ts';

const cell = (id: string, guest: Partial<Cell['guest']> = { boot: 'fork' }): Cell => {
  const fake = fakeCell(id, []);
  return { ...fake, guest: { ...fake.guest, ...guest } };
};
const IDS = Array.from({ length: 1000 }, (_, index) => `debian-6.1/nvdimm/ext4-dax/suite-${index}`);

test('nine cells in ten are forked where the matrix asks for it, and in each run the same', () => {
  const forked = IDS.filter((id) => mayFork(cell(id), {}));
  expect(forked.length).toBeGreaterThan(860);
  expect(forked.length).toBeLessThan(940);
  expect(IDS.filter((id) => mayFork(cell(id), {}))).toEqual(forked);
});

test.each<[what: string, guest: Partial<Cell['guest']>, suite: { readonly boot?: 'cold' }]>([
  ['the matrix asks for nothing', {}, {}],
  ['the suite boots its guests', { boot: 'fork' }, { boot: 'cold' }],
  ['the guest counts instructions', { boot: 'fork', countInstructions: true }, {}],
])('no cell is forked where %s', (_what, guest, suite) =>
  expect(IDS.filter((id) => mayFork(cell(id, guest), suite))).toEqual([]),
);
