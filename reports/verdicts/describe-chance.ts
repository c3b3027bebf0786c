/** `once in 3000`, `12 times in 100`: a probability from 0 to 1 in words. */
export function describeChance(chance: number): string {
  if (chance >= 0.095) return `${Math.round(chance * 100)} times in 100`;
  const times = 1 / chance;
  return times > 10_000 ? 'less than once in 10000' : `once in ${times < 20 ? times.toFixed(0) : Number(times.toPrecision(2))}`;
}
