import picomatch from 'picomatch';

const MAX_LENGTH = 128;
/** Backtracking grows with a power of this: `*a*a*a*a*a*a*a*a*ab` keeps a matcher busy for hours. */
const MAX_WILDCARDS = 6;

export const GLOB_LIMITS = `at most ${MAX_LENGTH} characters and ${MAX_WILDCARDS} wildcards`;

/** Whether a glob is within {@link GLOB_LIMITS}: those beyond are never meant, and can hang the matcher. */
export function isModestGlob(glob: string): boolean {
  return glob.length <= MAX_LENGTH && [...glob.matchAll(/\*+|[+({]/g)].length <= MAX_WILDCARDS;
}

/** Of `names` those that at least one glob matches; `undefined` globs match all. */
export function selectNames(globs: readonly string[] | undefined, names: readonly string[]): ReadonlySet<string> {
  if (globs === undefined) return new Set(names);
  const matches = picomatch([...globs]);
  return new Set(names.filter((name) => matches(name)));
}
