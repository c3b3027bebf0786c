import { closest, distance } from 'fastest-levenshtein';

/** The known name that a slip of the fingers would turn into `wrong`, if there is one. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(wrong.toLowerCase(), known);
  return distance(wrong.toLowerCase(), candidate) <= Math.max(2, Math.floor(candidate.length / 3)) ? candidate : undefined;
}
