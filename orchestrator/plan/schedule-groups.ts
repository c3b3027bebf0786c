import type { Cell } from '../model/cell.ts';
import { BOOT_SEC, sumTests } from './estimate.ts';

/** Cells that one guest serves. */
interface Part {
  readonly cells: readonly Cell[];
  readonly seconds: number;
  /** Of its first cell in the plan. */
  readonly place: number;
}

interface Schedule {
  readonly parts: readonly Part[];
  readonly endSec: number;
  /** The one that ends last. */
  readonly last: Part | undefined;
}

/** Share of a run's time that parting a group must save. */
const LEAST_GAIN = 0.02;
/** For each slot. A step whose group is not alone in ending last gains nothing yet. */
const MAX_STEPS = 8;

/**
 * The order in which guests are given out so that a run ends as early as its tests' estimates allow: the longest group
 * first, and one that would end after all others in two parts, each with a guest of its own, where that pays for the
 * boot. What is left as it was keeps its order among equals.
 *
 * @param groups the cells that one guest serves, see `groupCells`
 * @param slots guests at once; with one there is nothing to gain, and the order stays
 */
export function scheduleGroups(groups: readonly (readonly Cell[])[], slots: number): readonly (readonly Cell[])[] {
  if (slots < 2) return groups;
  let place = 0;
  const whole = groups.map((cells) => {
    const part = partOf(cells, place);
    place += cells.length;
    return part;
  });
  let current = assign(whole, slots);
  let best = current;
  for (let step = 0; step < MAX_STEPS * slots; step++) {
    // A cell that ends last and cannot be parted waited for others that can.
    const { last, parts } = current;
    const parted = [last, ...parts].find((part) => part !== undefined && part.cells.length > 1);
    if (!parted) break;
    current = assign(
      parts.flatMap((part) => (part === parted ? halve(part) : [part])),
      slots,
    );
    if (current.endSec < best.endSec * (1 - LEAST_GAIN)) best = current;
  }
  return best.parts.map(({ cells }) => cells);
}

/** The longest first, each to the slot that is free first. */
function assign(unordered: readonly Part[], slots: number): Schedule {
  const parts = unordered.toSorted((a, b) => b.seconds - a.seconds || a.place - b.place);
  const free = Array.from({ length: slots }, () => 0);
  let [endSec, last]: [number, Part | undefined] = [0, undefined];
  for (const part of parts) {
    const slot = free.indexOf(Math.min(...free));
    const end = (free[slot] ?? 0) + part.seconds;
    free[slot] = end;
    if (end > endSec) [endSec, last] = [end, part];
  }
  return { parts, endSec, last };
}

/** Two parts that take about the same time. */
function halve({ cells, seconds, place }: Part): readonly [Part, Part] {
  let at = 0;
  for (let sum = BOOT_SEC; at < cells.length - 1 && sum < seconds / 2; at++) sum += secondsOf(cells[at]);
  at = Math.max(at, 1);
  return [partOf(cells.slice(0, at), place), partOf(cells.slice(at), place + at)];
}

function partOf(cells: readonly Cell[], place: number): Part {
  return { cells, place, seconds: cells.reduce((sum, cell) => sum + secondsOf(cell), BOOT_SEC) };
}

function secondsOf(cell: Cell | undefined): number {
  return cell ? sumTests(cell) : 0;
}
