import type { PackageRecord } from '../../apt/package-record.ts';

/**
 * What a package of one kernel is named after: `7.2.13+deb14-amd64` for `linux-binary-unsigned-7.2.13+deb14-amd64`;
 * `undefined` for any other.
 */
export function namedRelease(packageName: string): string | undefined {
  return /^linux-(?:[a-z]+-)+?(\d\S*?)(?:-unsigned)?$/.exec(packageName)?.[1];
}

/**
 * What a package needs to be a whole kernel: those of its dependencies that are named after its release, each with its
 * alternatives. Since 7.x Debian's linux-image-… is empty and depends on linux-binary-…, linux-modules-… and
 * linux-base-…; Ubuntu's has long depended on linux-modules-….
 */
export function partsOf({ name, depends }: Pick<PackageRecord, 'name' | 'depends'>): readonly (readonly string[])[] {
  const release = namedRelease(name);
  if (release === undefined) return [];
  const alternatives = depends.map((relation) =>
    relation.split('|').map((word) => word.trim().replace(/[\s(:[].*$/, '')),
  );
  return alternatives
    .map((names) => names.filter((part) => namedRelease(part) === release))
    .filter((names) => names.length > 0);
}

/**
 * Where the same kernel is found without Debian's signature, the only difference: a package of its own, until 7.x with
 * all its modules.
 */
export function unsignedName(packageName: string): string | undefined {
  if (/^linux-binary-\d/.test(packageName)) return packageName.replace('linux-binary-', 'linux-binary-unsigned-');
  return /^linux-image-\d/.test(packageName) && !packageName.endsWith('-unsigned')
    ? `${packageName}-unsigned`
    : undefined;
}

interface PartSearch<T> {
  /** `undefined` if there is none of that name. */
  readonly find: (name: string) => Promise<T | undefined>;
  readonly missing: (names: readonly string[], wantedBy: string) => Error;
}

/**
 * A package and, at any depth, all the packages that make it a whole kernel, each once. Rejects with `missing` for one
 * that is not there.
 */
export async function collectParts<T extends Pick<PackageRecord, 'name' | 'depends'>>(
  kernel: T,
  { find, missing }: PartSearch<T>,
): Promise<readonly [T, ...T[]]> {
  const parts: [T, ...T[]] = [kernel];
  const seen = new Set([kernel.name]);
  for (const part of parts) {
    for (const names of partsOf(part)) {
      if (names.some((name) => seen.has(name))) continue;
      const found = await findFirst(names, find);
      if (found === undefined) throw missing(names, part.name);
      seen.add(found.name);
      parts.push(found);
    }
  }
  return parts;
}

async function findFirst<T>(
  names: readonly string[],
  find: (name: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const name of names) {
    const found = await find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
