import { expect, test } from 'vitest';
import type { Cell, CellId, Plan } from '../model/cell.ts';
import { describeError } from '../model/errors.ts';
import { filterPlan } from './filter.ts';

/** A cell as far as filters look at it. */
function cellOf(id: string): Cell {
  const [platform = '', pmem = '', filesystem = '', suite = ''] = id.split('/');
  const [kernel = '', image = 'bookworm'] = platform.split('@');
  const shape = {
    id,
    kernel: { name: kernel },
    image: { name: image },
    pmem: { name: pmem },
    filesystem: { name: filesystem },
    suite: { name: suite },
  };
  return shape as unknown as Cell;
}

const IDS = [
  'debian-6.1/nvdimm/ext4-dax/fio',
  'debian-6.1/virtio-pmem/ext4-dax/fio',
  'debian-6.1/virtio-pmem/xfs-dax/fio',
  'debian-6.12/virtio-pmem/xfs-dax/command',
  'debian-6.12@trixie/nvdimm/xfs-dax/fio',
];
const PLAN: Plan = {
  cells: IDS.map(cellOf),
  excluded: [
    { id: 'debian-6.1/virtio-blk/fio' as CellId, reason: 'no DAX' },
    { id: 'debian-6.12@trixie/nvdimm/ext4-dax/fio' as CellId, reason: 'known' },
  ],
};

const idsOf = (...filters: string[]): string[] => filterPlan(PLAN, filters).cells.map((cell) => cell.id);

function filterError(...filters: string[]): string {
  try {
    filterPlan(PLAN, filters);
    return 'no error';
  } catch (error) {
    return describeError(error);
  }
}

test('without filters the plan stays as it is', () => expect(filterPlan(PLAN, [])).toBe(PLAN));

test.each<[string[], number[]]>([
  [['**/virtio-pmem/**'], [1, 2, 3]],
  [['debian-6.1/nvdimm/ext4-dax/fio'], [0]],
  [['virtio-pmem'], [1, 2, 3]],
  [['xfs-*'], [2, 3, 4]],
  [['kernel=debian-6.12'], [3, 4]],
  [['image=trixie'], [4]],
  [
    ['kernel=debian-6.12', 'kernel=debian-6.1', 'pmem=nvdimm'],
    [0, 4],
  ],
  [['pmem=nvdimm', 'filesystem=xfs*'], [4]],
  [
    ['nvdimm', '**/command'],
    [0, 3, 4],
  ],
  [['!virtio-pmem'], [0, 4]],
  [
    ['suite=fio', '!image=trixie', '!xfs-dax'],
    [0, 1],
  ],
])('%j selects the cells %j', (filters, wanted) =>
  expect(idsOf(...filters)).toEqual(wanted.map((index) => IDS[index])),
);

test('excluded cells are narrowed likewise', () => {
  expect(filterPlan(PLAN, ['kernel=debian-6.1']).excluded.map(({ id }) => id)).toEqual(['debian-6.1/virtio-blk/fio']);
  expect(filterPlan(PLAN, ['image=trixie']).excluded.map(({ id }) => id)).toEqual([
    'debian-6.12@trixie/nvdimm/ext4-dax/fio',
  ]);
});

test.each([
  ['kernel=debian-6.2', 'the filter "kernel=debian-6.2" matches no cell\n  fix: did you mean debian-6.1?'],
  ['suite=xfstests', 'the filter "suite=xfstests" matches no cell\n  fix: known names: fio, command'],
  ['virtio_pmem', 'the filter "virtio_pmem" matches no cell\n  fix: did you mean virtio-pmem?'],
  ['**/e820/**', 'the filter "**/e820/**" matches no cell\n  fix: `pmemrig list MATRIX` prints the cells'],
  ['kernl=debian-*', 'the filter "kernl=debian-*" names no axis\n  fix: write kernel=debian-*'],
  [
    '*a*a*a*a*a*a*a',
    'the filter "*a*a*a*a*a*a*a" is too long or too complicated\n  fix: write a glob without parentheses or backslashes, with at most 128 characters and 6 of * and {',
  ],
  [
    '!!(a)',
    'the filter "!!(a)" is too long or too complicated\n  fix: write a glob without parentheses or backslashes, with at most 128 characters and 6 of * and {',
  ],
  [
    'kernel=',
    'the filter "kernel=" holds no glob\n  fix: write a glob over cell ids, or AXIS=GLOB: --filter \'kernel=debian-6.*\'',
  ],
])('%s is an error that shows the way', (filter, message) => expect(filterError(filter)).toBe(message));

test('filters that each match, but never together, are an error', () => {
  const [cell] = PLAN.cells;
  expect(() => filterPlan({ ...PLAN, cells: cell ? [cell] : [] }, ['kernel=*', '!kernel=*'])).toThrow(
    'no cell is left: together the filters kernel=* !kernel=* do not match the only cell',
  );
  expect(filterError('suite=command', 'pmem=nvdimm')).toBe(
    'no cell is left: together the filters suite=command pmem=nvdimm match none of 5 cells\n  fix: filters on different axes must all match; `pmemrig list MATRIX` prints the cells',
  );
});
