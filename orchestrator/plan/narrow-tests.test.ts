import { expect, test } from 'vitest';
import type { Cell, CellId, Plan } from '../model/cell.ts';
import { narrowTests } from './narrow-tests.ts';

const RIG: ReadonlySet<string> = new Set(['guest/boot', 'guest/pmem', 'guest/close']);

/** Only what narrowing looks at. */
function planOf(cells: Readonly<Record<string, readonly string[]>>): Plan {
  return {
    cells: Object.entries(cells).map(([id, tests]) => ({ id: id as CellId, tests: ['guest/boot', 'guest/pmem', ...tests, 'guest/close'].map((name) => ({ name, estimateSec: 1 })) }) as unknown as Cell),
    excluded: [],
  };
}

const PLAN = planOf({ a: ['fio/dax-mmap', 'fio/dax-psync'], b: ['xfstests/generic/413', 'xfstests/ext4/031'], c: ['command/a[1].sh'] });
const narrow = (...expressions: string[]): Record<string, string[]> => Object.fromEntries(narrowTests(PLAN, expressions).cells.map(({ id, tests }) => [id, tests.map(({ name }) => name).filter((name) => !RIG.has(name))]));

test.each([
  [['fio/dax-mmap'], { a: ['fio/dax-mmap'] }],
  [['dax-*'], { a: ['fio/dax-mmap', 'fio/dax-psync'] }],
  [['generic/413', 'fio/*psync'], { a: ['fio/dax-psync'], b: ['xfstests/generic/413'] }],
  [['xfstests/**'], { b: ['xfstests/generic/413', 'xfstests/ext4/031'] }],
])('%j leaves %j', (expressions, left) => expect(narrow(...expressions)).toEqual(left));

test('a name is taken as it is, whatever a glob would make of it', () => expect(narrow('command/a[1].sh')).toEqual({ c: ['command/a[1].sh'] }));

test("the worker's own tests stay, and are none to be chosen", () => {
  expect(narrowTests(PLAN, ['generic/413']).cells[0]?.tests.map(({ name }) => name)).toEqual(['guest/boot', 'guest/pmem', 'xfstests/generic/413', 'guest/close']);
  expect(() => narrow('guest/boot')).toThrow(expect.objectContaining({ code: 'unknown-test' }));
});

test('one that fits nothing is refused with what is near', () => {
  expect(() => narrow('fio/dax-mmpa')).toThrow(expect.objectContaining({ code: 'unknown-test', remedy: 'did you mean fio/dax-mmap?' }));
  expect(() => narrow('generic/431')).toThrow(expect.objectContaining({ remedy: 'did you mean generic/413?' }));
  expect(() => narrow('((a')).toThrow(expect.objectContaining({ code: 'bad-test' }));
});

test('without an expression the plan is as it was', () => expect(narrowTests(PLAN, [])).toBe(PLAN));
