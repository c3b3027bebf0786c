import type { Cell } from '../model/cell.ts';
import { BOOT_TEST } from '../model/cell.ts';
import { countGuests, type NeedsFreshGuest } from './boot-groups.ts';

/** A cold boot to the first answer over SSH on TCG, with the preparation of namespaces. */
export const BOOT_SEC = 12;
/** Looking at each device over SSH. */
export const CHECK_PMEM_SEC = 1;
/** umount, and a last word from the guest. */
export const CLOSE_SEC = 1;

/** Seconds that one cell takes with a guest of its own on TCG. */
export function estimateCell(cell: Cell): number {
  return BOOT_SEC + sumTests(cell);
}

/** Seconds that cells take one after another on TCG, each guest booted once. */
export function estimateCells(cells: readonly Cell[], needsFreshGuest: NeedsFreshGuest): number {
  return countGuests(cells, needsFreshGuest) * BOOT_SEC + cells.reduce((sum, cell) => sum + sumTests(cell), 0);
}

/** Seconds of all its tests but the boot. */
export function sumTests({ tests }: Cell): number {
  return tests.reduce((sum, { name, estimateSec }) => (name === BOOT_TEST ? sum : sum + estimateSec), 0);
}
