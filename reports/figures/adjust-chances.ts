/**
 * Holm's correction: the odds of each of several findings, given that so many were looked for. Whatever bound is put on
 * the result, the odds that any finding below it is a false one stay within that bound.
 *
 * @returns in the order given, each at most 1
 */
export function adjustChances(chances: readonly number[]): readonly number[] {
  const order = chances.map((chance, index) => ({ chance, index })).toSorted((a, b) => a.chance - b.chance);
  const adjusted = Array.from(chances, () => 1);
  let highest = 0;
  for (const [rank, { chance, index }] of order.entries()) {
    highest = Math.max(highest, Math.min(1, chance * (order.length - rank)));
    adjusted[index] = highest;
  }
  return adjusted;
}
