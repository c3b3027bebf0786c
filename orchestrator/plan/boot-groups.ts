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

/** By value, since cells read back from a run no longer share their objects. */
function bootKey({ kernel, image, pmem, guest }: Cell): string {
  return JSON.stringify([kernel, image, pmem, guest]);
}
