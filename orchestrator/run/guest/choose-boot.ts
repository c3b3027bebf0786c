import { createHash } from 'node:crypto';
import type { Cell } from '../../model/cell.ts';
import type { Suite } from '../../model/suite.ts';

/** One in so many cells boots its guests though they might be forked, so that what boots is tested, too. */
const BOOTS_ONE_IN = 10;

/**
 * Whether a cell's guests are forked. The cells that boot all the same are chosen by their ids: in each run the same, so
 * that their figures can be compared.
 */
export function mayFork({ guest, id }: Pick<Cell, 'guest' | 'id'>, { boot }: Pick<Suite, 'boot'>): boolean {
  if (guest.boot !== 'fork' || boot === 'cold' || guest.countInstructions === true) return false;
  return createHash('sha256').update(id).digest().readUInt32BE() % BOOTS_ONE_IN !== 0;
}
