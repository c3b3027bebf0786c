import type { Cell } from '../model/cell.ts';

/**
 * The order in which a round of a run that repeats its tests takes its groups. Those that differ in their kernel alone
 * are neighbours, and every other round goes backwards. A host that grows slower by and by thus does the same to each
 * kernel.
 *
 * @param groups the cells that one guest serves, see `groupCells`
 * @param round counts from 1
 */
export function orderRound<Group extends readonly Pick<Cell, 'image' | 'pmem' | 'guest'>[]>(
  groups: readonly Group[],
  round: number,
): Group[] {
  const keys = groups.map(([cell]) => JSON.stringify([cell?.image, cell?.pmem, cell?.guest]));
  const neighbours = groups
    .map((group, index) => ({ group, rank: keys.indexOf(keys[index] ?? '') }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ group }) => group);
  return round % 2 === 0 ? neighbours.toReversed() : neighbours;
}
