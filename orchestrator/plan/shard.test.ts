import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMatrix } from '../../matrices/load.ts';
import type { Cell, Plan } from '../model/cell.ts';
import { estimateCells } from './estimate.ts';
import { expandMatrix } from './expand.ts';
import { shardPlan } from './shard.ts';

const matrix = parseMatrix(
  `
version: 1
name: test
kernels: [{ name: a, debian: { release: bookworm } }, { name: b, debian: { release: trixie } }]
pmem:
  - { name: nvdimm, devices: [{ kind: nvdimm, size: 512M }] }
  - { name: block, devices: [{ kind: virtio-blk, size: 64M }] }
suites: [{ name: one, kind: command, run: ls }, { name: two, kind: command, run: ls }, { name: three, kind: command, run: ls }]
exclude: [{ kernel: b, pmem: block, suite: two, reason: not now }]
`,
  'test.yaml',
  { env: {}, offered: { fio: [] } },
);

/** The same plan with other estimates. */
function planWith(seconds: readonly number[]): Plan {
  let at = 0;
  return expandMatrix(matrix, {
    suiteFor: () => ({
      plan: ({ spec }) => [{ name: `${spec.name}/run`, estimateSec: seconds[at++ % seconds.length] ?? 1 }],
    }),
  });
}

const plans = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 12 }).map(planWith);

function secondsOf(cells: readonly Cell[]): number {
  return estimateCells(cells, () => false);
}

function ids(cells: readonly Cell[]): string[] {
  return cells.map(({ id }) => id);
}

test('each cell is in exactly one part, in the order of the plan, and each part knows what the others have', () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 15 }), (plan, of) => {
      const parts = Array.from({ length: of }, (_, index) => shardPlan(plan, { index: index + 1, of }));
      expect(parts.flatMap(({ cells }) => ids(cells)).toSorted()).toEqual(ids(plan.cells).toSorted());
      for (const [index, { cells, shard }] of parts.entries()) {
        expect(ids(plan.cells).filter((id) => ids(cells).includes(id))).toEqual(ids(cells));
        for (const { shard: other, at, cell } of shard?.elsewhere ?? []) {
          expect(other).not.toBe(index + 1);
          expect(ids(parts[other - 1]?.cells ?? [])).toContain(cell.id);
          expect(plan.cells[at]?.id).toBe(cell.id);
        }
        expect(cells.length + (shard?.elsewhere.length ?? 0)).toBe(plan.cells.length);
      }
    }),
  );
});

test('the longest part exceeds a fair share by one cell and its boot at the most', () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 6 }), (plan, of) => {
      const parts = Array.from({ length: of }, (_, index) =>
        secondsOf(shardPlan(plan, { index: index + 1, of }).cells),
      );
      const alone = plan.cells.map((cell) => secondsOf([cell]));
      expect(Math.max(...parts)).toBeLessThanOrEqual(
        alone.reduce((sum, part) => sum + part, 0) / of + Math.max(...alone),
      );
    }),
  );
});

test('every machine comes to the same parts', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const shuffledObjects = structuredClone(plan);
      for (const index of [1, 2, 3])
        expect(ids(shardPlan(shuffledObjects, { index, of: 3 }).cells)).toEqual(
          ids(shardPlan(plan, { index, of: 3 }).cells),
        );
    }),
  );
});

test('cells that share a guest stay together while that costs nothing, and part where it pays', () => {
  const groups = [1, 2].map(
    (index) =>
      new Set(
        shardPlan(planWith([1]), { index, of: 2 }).cells.map(({ kernel, pmem }) => `${kernel.name}/${pmem.name}`),
      ),
  );
  expect(groups.map((group) => group.size)).toEqual([2, 2]);
  const three = [1, 2, 3].map((index) => secondsOf(shardPlan(planWith([300]), { index, of: 3 }).cells));
  expect(Math.max(...three) / Math.min(...three)).toBeLessThan(1.4);
});
