import { expect, test } from 'vitest';
import { parseMatrix } from '../../matrices/load.ts';
import type { Cell, Plan } from '../model/cell.ts';
import { suiteFor } from '../suites/registry.ts';
import { countGuests, groupCells } from './boot-groups.ts';
import { estimateCells } from './estimate.ts';
import { expandMatrix } from './expand.ts';
import { formatList, listAsJson } from './format-list.ts';

const TEXT = `
version: 1
name: test
kernels: [{ name: a, debian: { release: bookworm } }, { name: longer, debian: { release: trixie } }]
pmem:
  - name: two
    devices: [&d { kind: nvdimm, size: 512M }, *d, { kind: virtio-blk, size: 1G }]
  - { name: block, devices: [{ kind: virtio-blk, size: 64M }] }
suites: [{ name: fio }, { name: command, run: ls }]
exclude: [{ kernel: longer, pmem: block, reason: not now }]
`;
const matrix = parseMatrix(TEXT, 'test.yaml', { env: {}, offered: { fio: ['job'] } });
const plan: Plan = expandMatrix(matrix, {
  suiteFor: () => ({ plan: ({ spec }) => [{ name: `${spec.name}/one`, estimateSec: spec.kind === 'fio' ? 5 : 120 }] }),
});

test('cells that can share a guest are grouped, in order', () => {
  expect(groupCells(plan.cells).map((group) => group.map((cell) => cell.id))).toEqual([
    ['a/two/fio', 'a/two/command'],
    ['a/block/fio', 'a/block/command'],
    ['longer/two/fio', 'longer/two/command'],
  ]);
});

test('cells read back from a run group as before', () => {
  const readBack = structuredClone(plan.cells.map((cell) => structuredClone(cell)));
  expect(groupCells(readBack)).toHaveLength(3);
});

const ownGuest = ({ suite }: Pick<Cell, 'suite'>): boolean => suite.kind === 'command';

test('a suite that wants a guest of its own makes the next cell want one, too', () => {
  expect(countGuests(plan.cells, () => false)).toBe(3);
  expect(countGuests(plan.cells, ownGuest)).toBe(6);
  expect(countGuests(plan.cells, ({ suite }) => suite.kind === 'fio')).toBe(6);
});

test('the expected time counts a boot once for each guest', () => {
  expect(estimateCells(plan.cells, () => false)).toBe(3 * 12 + 6 * (1 + 1) + 3 * 5 + 3 * 120);
});

test('the list shows cells with devices, tests and time, then what is excluded and why', () => {
  expect(formatList(plan, ownGuest)).toBe(`\
CELL                DEVICES                               TESTS  TIME
a/two/fio           nvdimm 512M fsdax ×2 + virtio-blk 1G  1      19s
a/two/command       nvdimm 512M fsdax ×2 + virtio-blk 1G  1      2m 14s
a/block/fio         virtio-blk 64M                        1      19s
a/block/command     virtio-blk 64M                        1      2m 14s
longer/two/fio      nvdimm 512M fsdax ×2 + virtio-blk 1G  1      19s
longer/two/command  nvdimm 512M fsdax ×2 + virtio-blk 1G  1      2m 14s

EXCLUDED              REASON
longer/block/fio      not now
longer/block/command  not now

6 cells, 6 tests, 6 guests, 2 excluded; about 7m 39s one guest at a time without KVM
`);
});

test('the list for programs is plain data', () => {
  const list = listAsJson(plan, ownGuest);
  expect(JSON.parse(JSON.stringify(list))).toEqual(list);
  expect(list.cells[0]).toEqual({
    id: 'a/two/fio',
    kernel: 'a',
    image: 'bookworm',
    pmem: 'two',
    filesystem: 'none',
    suite: 'fio',
    devices: matrix.pmem[0]?.devices,
    tests: ['fio/one'],
    estimateSec: 19,
  });
  expect(list.guests).toBe(6);
});

test('a suite that counts instructions has guests of its own, of one vCPU, and the list says so', () => {
  const counted = parseMatrix(
    TEXT.replace('{ name: fio }', '{ name: fio }, { name: counted, kind: fio, measure: instructions }'),
    'test.yaml',
    { env: {}, offered: { fio: ['job'] } },
  );
  const { cells, excluded } = expandMatrix(counted, {
    suiteFor: (suite) => ({ ...suiteFor(suite), plan: ({ spec }) => [{ name: `${spec.name}/one`, estimateSec: 5 }] }),
  });
  expect(
    groupCells(cells)
      .slice(0, 2)
      .map((group) => group.map((cell) => [cell.id, cell.guest.cpus, cell.guest.countInstructions])),
  ).toEqual([
    [
      ['a/two/fio', 2, undefined],
      ['a/two/command', 2, undefined],
    ],
    [['a/two/counted', 1, true]],
  ]);
  const list = formatList({ cells, excluded }, () => false).split('\n');
  expect(list[2]).toMatch(/^a\/two\/counted +nvdimm 512M fsdax ×2 \+ virtio-blk 1G, 1 vCPU, counted +1 /);
  expect(listAsJson({ cells, excluded }, () => false).cells.map(({ measure }) => measure)).toContain('instructions');
});
