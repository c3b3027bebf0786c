import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadMatrix } from '../../../matrices/load.ts';
import { PACKAGE_ROOT } from '../../model/package-root.ts';
import { expandMatrix } from '../../plan/expand.ts';
import { offeredNames, suiteFor } from '../../suites/registry.ts';
import { Interrupted } from '../../model/interrupted.ts';
import { fakeCell } from '../testing/fake-world.ts';
import { OrderBook } from './order-book.ts';

const MATRICES = join(PACKAGE_ROOT, 'matrices');
const BOOK = { matrix: { known: [] }, retries: 1, split: 1, repeat: 2, usual: new Map() };

test.each(readdirSync(MATRICES).filter((file) => file.endsWith('.yaml')))(
  'an order for the cells of %s is plain: JSON brings it over as it is',
  async (file) => {
    const env = { XFSTESTS_TREE: MATRICES };
    const { matrix } = await loadMatrix(join(MATRICES, file), { env, offered: offeredNames() });
    // A tree that somebody has built is not at hand: its cells are like the others.
    const suites = matrix.suites.filter(({ kind }) => kind !== 'xfstests');
    if (suites.length === 0) return;
    const { cells } = expandMatrix({ ...matrix, suites }, { suiteFor });
    expect(cells.length).toBeGreaterThan(0);
    const usual = new Map(cells.map(({ id, tests }) => [id, new Map(tests.map(({ name }) => [name, 1.5]))]));
    const order = new OrderBook({ ...BOOK, matrix, usual }).compose(cells, 1);
    expect(JSON.parse(JSON.stringify(order))).toStrictEqual(order);
  },
);

test('the guests that a cell has used are counted on in its next round, those of other cells are not', () => {
  const book = new OrderBook(BOOK);
  const [a, b] = [fakeCell('a', ['t']), fakeCell('b', ['t'])];
  expect(book.compose([a, b], 1).cells.map(({ start }) => start.guests)).toEqual([0, 0]);
  book.settle({ how: 'finished', guestsUsed: { a: 3 } });
  const { cells } = book.compose([a, b], 2);
  expect(cells.map(({ start }) => start.guests)).toEqual([3, 0]);
  expect(cells[0]?.start.pending).toMatchObject([{ attempt: 2 }]);
});

test('an order that did not come to its end stops the run', () => {
  const book = new OrderBook(BOOK);
  expect(() => book.settle({ how: 'interrupted' })).toThrow(Interrupted);
  const error = { blame: 'host', message: 'the disk is full', code: 'disk-full' } as const;
  expect(() => book.settle({ how: 'failed', error })).toThrow('the disk is full');
});
