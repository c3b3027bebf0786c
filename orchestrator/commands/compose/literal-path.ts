/** An absolute path as a matrix must say it, whose paths expand `$VAR`: the shell has expanded all that was to be. */
export function literalPath(path: string): string {
  return path.replaceAll('$', () => '$$');
}
