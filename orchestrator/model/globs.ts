import picomatch from 'picomatch';

const MAX_LENGTH = 128;
/** Backtracking grows with a power of this: `*a*a*a*a*a*a*a*a*ab` keeps a matcher busy for hours. */
const MAX_WILDCARDS = 6;

export const GLOB_LIMITS = `without parentheses or backslashes, with at most ${MAX_LENGTH} characters and ${MAX_WILDCARDS} of * and {`;

/**
 * Whether a glob is within {@link GLOB_LIMITS}. Those beyond are never meant, and can hang the matcher. What is
 * repeated in a group becomes a regular expression whose time is exponential: `!(@)++..` did so on a name of 64
 * letters.
 */
export function isModestGlob(glob: string): boolean {
  return glob.length <= MAX_LENGTH && !/[()\\]/.test(glob) && [...glob.matchAll(/\*+|\{/g)].length <= MAX_WILDCARDS;
}

/** A matcher for names that at least one of the globs, modest ones, fits. `+` stands for itself, as in `6.12+`. */
export function globMatcher(globs: readonly string[]): (name: string) => boolean {
  // picomatch takes a plus after a bracket or a brace for a quantifier, which no shell does.
  return picomatch(
    globs.map((glob) => glob.replaceAll('+', String.raw`\+`)),
    { noextglob: true },
  );
}

/** The `names` that at least one glob matches; `undefined` globs match all. */
export function selectNames(globs: readonly string[] | undefined, names: readonly string[]): ReadonlySet<string> {
  if (globs === undefined) return new Set(names);
  const matches = globMatcher(globs);
  return new Set(names.filter((name) => matches(name)));
}
