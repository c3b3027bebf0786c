import type { Cell } from '../model/cell.ts';

/**
 * Puts cells that one booted guest can serve together: same kernel, image, topology and guest.
 * Groups are in the order of their first cells, cells keep theirs.
 */
export function groupCells(cells: readonly Cell[]): Cell[][] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = bootKey(cell);
    const group = groups.get(key);
    if (group) group.push(cell);
    else groups.set(key, [cell]);
  }
  return [...groups.values()];
}

/** Whether a cell must not share its guest with another: its suite says so. */
export type NeedsFreshGuest = (cell: Cell) => boolean;

/**
 * Guests that boot if all survive. Cells of a group share one, but for those that want one of their own, after which
 * the next needs another, too.
 */
export function countGuests(cells: readonly Cell[], needsFreshGuest: NeedsFreshGuest): number {
  let guests = 0;
  for (const group of groupCells(cells)) {
    let isShared = false;
    for (const cell of group) {
      const isFresh = needsFreshGuest(cell);
      if (isFresh || !isShared) guests += 1;
      isShared = !isFresh;
    }
  }
  return guests;
}

/** The same for cells that one guest can serve. By value, since cells read back from a run no longer share their objects. */
export function bootKey({ kernel, image, pmem, guest }: Cell): string {
  return JSON.stringify([kernel, image, pmem, guest]);
}
