import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell, CellId, Plan } from '../model/cell.ts';
import { narrowTests } from './narrow-tests.ts';

const RIG: ReadonlySet<string> = new Set(['guest/boot', 'guest/pmem', 'guest/close']);

/** Only what narrowing looks at. */
function planOf(cells: Readonly<Record<string, readonly string[]>>): Plan {
  return {
    cells: Object.entries(cells).map(
      ([id, tests]) =>
        ({
          id: id as CellId,
          tests: ['guest/boot', 'guest/pmem', ...tests, 'guest/close'].map((name) => ({ name, estimateSec: 1 })),
        }) as unknown as Cell,
    ),
    excluded: [],
  };
}

const PLAN = planOf({
  a: ['fio/dax-mmap', 'fio/dax-psync'],
  b: ['xfstests/generic/413', 'xfstests/ext4/031'],
  c: ['command/a[1].sh'],
});
const narrow = (...expressions: string[]): Record<string, string[]> =>
  Object.fromEntries(
    narrowTests(PLAN, expressions).cells.map(({ id, tests }) => [
      id,
      tests.map(({ name }) => name).filter((name) => !RIG.has(name)),
    ]),
  );

test.each([
  [['fio/dax-mmap'], { a: ['fio/dax-mmap'] }],
  [['dax-*'], { a: ['fio/dax-mmap', 'fio/dax-psync'] }],
  [['generic/413', 'fio/*psync'], { a: ['fio/dax-psync'], b: ['xfstests/generic/413'] }],
  [['xfstests/**'], { b: ['xfstests/generic/413', 'xfstests/ext4/031'] }],
])('%j leaves %j', (expressions, left) => expect(narrow(...expressions)).toEqual(left));

test('a name is taken as it is, whatever a glob would make of it', () =>
  expect(narrow('command/a[1].sh')).toEqual({ c: ['command/a[1].sh'] }));

test("the worker's own tests stay, and are none to be chosen", () => {
  expect(narrowTests(PLAN, ['generic/413']).cells[0]?.tests.map(({ name }) => name)).toEqual([
    'guest/boot',
    'guest/pmem',
    'xfstests/generic/413',
    'guest/close',
  ]);
  expect(() => narrow('guest/boot')).toThrow(expect.objectContaining({ code: 'unknown-test' }));
});

test('one that fits nothing is refused with what is near', () => {
  expect(() => narrow('fio/dax-mmpa')).toThrow(
    expect.objectContaining({ code: 'unknown-test', remedy: 'did you mean fio/dax-mmap?' }),
  );
  expect(() => narrow('generic/431')).toThrow(expect.objectContaining({ remedy: 'did you mean generic/413?' }));
  expect(() => narrow('((a')).toThrow(expect.objectContaining({ code: 'bad-test' }));
});

test('without an expression the plan is as it was', () => expect(narrowTests(PLAN, [])).toBe(PLAN));

test('for any names: those that are named stay, in their cells and order, and no other', () => {
  const names = fc.uniqueArray(
    fc
      .tuple(fc.constantFrom('fio', 'command', 'xfstests'), fc.string({ minLength: 1, maxLength: 12 }))
      .map(([suite, name]) => `${suite}/${name}`),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.array(names, { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.boolean()), (cells, picks) => {
      const wanted = new Set(cells.flat().filter(() => picks.next().value === true));
      // By the name without its suite another one might be meant, too.
      fc.pre(wanted.size > 0);
      const all = cells.flat();
      const chosen = new Set(all.filter((name) => wanted.has(name) || wanted.has(name.slice(name.indexOf('/') + 1))));
      const left = narrowTests(planOf(Object.fromEntries(cells.map((tests, index) => [`c${index}`, tests]))), [
        ...wanted,
      ]).cells;
      const expected = cells.flatMap((tests, index) =>
        tests.some((name) => chosen.has(name)) ? [[`c${index}`, ...tests.filter((name) => chosen.has(name))]] : [],
      );
      expect(
        left.map(({ id, tests }) => [id, ...tests.map(({ name }) => name).filter((name) => !RIG.has(name))]),
      ).toEqual(expected);
      return true;
    }),
  );
});
