import type { Cell } from '../model/cell.ts';
import { BOOT_TEST } from '../model/cell.ts';
import { groupCells } from './boot-groups.ts';

/** A cold boot to the first answer over SSH on TCG, with the preparation of namespaces. */
export const BOOT_SEC = 12;
/** Looking at each device over SSH. */
export const CHECK_PMEM_SEC = 1;

/** Seconds that cells take one after another on TCG, each guest booted once. */
export function estimateCells(cells: readonly Cell[]): number {
  const tests = cells.flatMap((cell) => cell.tests).filter((test) => test.name !== BOOT_TEST);
  return groupCells(cells).length * BOOT_SEC + tests.reduce((sum, test) => sum + test.estimateSec, 0);
}
