import picomatch from 'picomatch';

/** Of `names` those that at least one glob matches; `undefined` globs match all. */
export function selectNames(globs: readonly string[] | undefined, names: readonly string[]): ReadonlySet<string> {
  if (globs === undefined) return new Set(names);
  const matches = picomatch([...globs]);
  return new Set(names.filter((name) => matches(name)));
}
