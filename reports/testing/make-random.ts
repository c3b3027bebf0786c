/**
 * Numbers from 0 to 1 that look random and are the same in every run (mulberry32). A verdict that depends on luck would
 * be no verdict.
 */
export function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Normally distributed noise (mean 0, deviation 1), the same in every run: Box and Muller's transform of {@link
 * makeRandom}.
 */
export function makeNoise(seed: number): () => number {
  const uniform = makeRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
