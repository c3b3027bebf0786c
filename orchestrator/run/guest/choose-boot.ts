import { createHash } from 'node:crypto';
import type { ForkWhen } from '../../../guests/fork/templates.ts';
import type { Cell } from '../../model/cell.ts';
import type { GuestSpec } from '../../model/matrix.ts';
import type { Suite } from '../../model/suite.ts';

/** One in so many cells boots its guests though they might be forked, so that what boots is tested, too. */
const BOOTS_ONE_IN = 10;

/** When guests are forked that nothing but their matrix decides on; undefined: never. */
export function forkWhen({ boot, countInstructions }: GuestSpec): ForkWhen | undefined {
  if (boot === 'cold' || countInstructions === true) return undefined;
  return boot === 'fork' ? 'always' : 'seen';
}

/**
 * When a cell's guests are forked; undefined: never. The cells that boot all the same are chosen by their ids: in each run
 * the same, so that their figures can be compared.
 */
export function chooseFork(
  { guest, id }: Pick<Cell, 'guest' | 'id'>,
  { boot }: Pick<Suite, 'boot'>,
): ForkWhen | undefined {
  const boots = boot === 'cold' || createHash('sha256').update(id).digest().readUInt32BE() % BOOTS_ONE_IN === 0;
  return boots ? undefined : forkWhen(guest);
}
