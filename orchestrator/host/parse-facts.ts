/** The host's distribution, from os-release(5). */
export interface OsRelease {
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly prettyName: string;
  /** `ID`, then `ID_LIKE`, most specific first. */
  readonly distributions: readonly string[];
}

/** Reads os-release(5): shell assignments, values quoted or not. */
export function parseOsRelease(text: string): OsRelease {
  const values = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)) {
    values.set(key, value.trim().replace(/^(["'])(.*)\1$/, '$2'));
  }
  const distributions = `${values.get('ID') ?? 'linux'} ${values.get('ID_LIKE') ?? ''}`.trim().split(/\s+/);
  return { prettyName: values.get('PRETTY_NAME') ?? values.get('NAME') ?? 'Linux', distributions };
}

/** Reads /proc/meminfo; bytes. */
export function parseMeminfo(text: string): { readonly totalBytes: number; readonly availableBytes: number } {
  const bytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return { totalBytes: bytes('MemTotal'), availableBytes: bytes('MemAvailable') };
}

/** How many subordinate ids subuid(5) or subgid(5) gives a user, listed by name or by number. */
export function countSubordinateIds(text: string, user: { readonly name: string; readonly uid: number }): number {
  return text
    .split('\n')
    .map((line) => line.trim().split(':'))
    .filter(([owner]) => owner === user.name || owner === String(user.uid))
    .reduce((sum, [, , count]) => sum + Number(count ?? 0), 0);
}
