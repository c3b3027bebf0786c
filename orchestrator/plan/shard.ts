import type { Cell, Plan } from '../model/cell.ts';
import { groupCells } from './boot-groups.ts';
import { BOOT_SEC, sumTests } from './estimate.ts';

/** Which of several parts of a plan, from 1. */
export interface ShardSpec {
  readonly index: number;
  readonly of: number;
}

/**
 * One of `of` parts of a plan that take about equally long, one guest at a time. Each machine comes to the same parts
 * by itself: they follow from the plan alone, in the estimates of its suites. What a machine knows of usual durations
 * has no say.
 */
export function shardPlan(plan: Plan, { index, of }: ShardSpec): Plan {
  const shards = new Map(
    divide(plan.cells, of).flatMap((cells, position) => cells.map((cell) => [cell, position + 1] as const)),
  );
  const placed = plan.cells.map((cell, at) => ({ cell, at, shard: shards.get(cell) ?? 1 }));
  return {
    ...plan,
    cells: placed.filter(({ shard }) => shard === index).map(({ cell }) => cell),
    shard: { index, of, elsewhere: placed.filter(({ shard }) => shard !== index) },
  };
}

/**
 * Size of a piece, as a part of a fair share. The smaller the pieces, the more even the parts, and the more boots for
 * cells that could have shared a guest.
 */
const PIECES = [Number.POSITIVE_INFINITY, 1, 1 / 2, 1 / 4, 0];

/** Cells of one boot group, and their seconds without the boot. */
interface Piece {
  readonly group: number;
  readonly cells: Cell[];
  seconds: number;
}

/** What is dealt to one shard; its seconds count each boot once. */
interface Part {
  readonly cells: Cell[];
  readonly groups: Set<number>;
  seconds: number;
}

/**
 * The division whose longest part is the shortest, of several sizes of pieces; of equal ones that with the larger
 * pieces.
 */
function divide(cells: readonly Cell[], of: number): readonly (readonly Cell[])[] {
  const groups = groupCells(cells);
  const fair = (groups.length * BOOT_SEC + cells.reduce((sum, cell) => sum + sumTests(cell), 0)) / of;
  const [whole = [], ...finer] = PIECES.map((size) => deal(cutGroups(groups, fair * size), of));
  const best = finer.reduce((least, next) => (longest(next) < longest(least) ? next : least), whole);
  return best.map((part) => part.cells);
}

/** Boot groups in pieces that, boot included, take no longer than `seconds` where one cell does not. */
function cutGroups(groups: readonly (readonly Cell[])[], seconds: number): readonly Piece[] {
  return groups.flatMap((cells, group) => {
    const pieces: Piece[] = [];
    for (const cell of cells) {
      const [last, more] = [pieces.at(-1), sumTests(cell)];
      if (last && BOOT_SEC + last.seconds + more <= seconds) {
        last.cells.push(cell);
        last.seconds += more;
      } else {
        pieces.push({ group, cells: [cell], seconds: more });
      }
    }
    return pieces;
  });
}

/** The longest piece first, each to the part that is done with it first. */
function deal(pieces: readonly Piece[], of: number): readonly Part[] {
  const parts = Array.from({ length: of }, (): Part => ({ cells: [], groups: new Set(), seconds: 0 }));
  for (const piece of pieces.toSorted((a, b) => b.seconds - a.seconds || compareIds(a, b))) {
    const endOf = ({ seconds, groups }: Part): number =>
      seconds + piece.seconds + (groups.has(piece.group) ? 0 : BOOT_SEC);
    const best = parts.reduce((least, part) => (endOf(part) < endOf(least) ? part : least));
    best.seconds = endOf(best);
    best.groups.add(piece.group);
    best.cells.push(...piece.cells);
  }
  return parts;
}

function longest(parts: readonly Part[]): number {
  return parts.reduce((max, { seconds }) => Math.max(max, seconds), 0);
}

/** By code units: a locale would order them otherwise on another machine. */
function compareIds({ cells: [a] }: Piece, { cells: [b] }: Piece): number {
  if (!a || !b || a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
