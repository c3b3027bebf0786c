import { closest, distance } from 'fastest-levenshtein';

/** A slip of the fingers, as Damerau counts them: letters that changed places are one. */
function slips(wrong: string, name: string): number {
  const letters = distance(wrong, name);
  if (letters !== 2 || wrong.length !== name.length) return letters;
  const at = wrong.split('').findIndex((letter, index) => letter !== name[index]);
  return wrong[at] === name[at + 1] && wrong[at + 1] === name[at] ? 1 : letters;
}

/**
 * The known name that a slip of the fingers would turn into `wrong`, if there is one. That is one slip in a word of up
 * to five letters, two in longer ones, three in the longest.
 */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || wrong === '') return undefined;
  const lower = new Map(known.map((name) => [name.toLowerCase(), name]));
  const candidate = closest(wrong.toLowerCase(), [...lower.keys()]);
  const found = lower.get(candidate);
  const length = Math.min(wrong.length, candidate.length);
  const allowed = length < 3 ? 0 : length < 6 ? 1 : length < 12 ? 2 : 3;
  return slips(wrong.toLowerCase(), candidate) <= allowed ? found : undefined;
}
