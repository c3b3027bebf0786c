import * as z from 'zod';

export const packageRecord = z.object({
  name: z.string(),
  version: z.string(),
  /** The digest of the .deb, as the archive has signed it. */
  sha256: z.string(),
  depends: z.array(z.string()).readonly(),
});

/** One package as the archive's index describes it. */
export type PackageRecord = Readonly<z.infer<typeof packageRecord>>;

/** Reads the first record that `apt-cache show` prints (deb-control(5)); `undefined` if there is none. */
export function parsePackageRecord(text: string): PackageRecord | undefined {
  const [record = ''] = text.trimStart().split(/\n\s*\n/);
  const field = (name: string): string | undefined => new RegExp(`^${name}: *(.*)$`, 'm').exec(record)?.[1]?.trim();
  const name = field('Package');
  const version = field('Version');
  const sha256 = field('SHA256');
  if (name === undefined || version === undefined || sha256 === undefined) return undefined;
  return { name, version, sha256, depends: splitDepends(field('Depends')) };
}

/** The relations of a `Depends` field; each may hold alternatives. */
export function splitDepends(field: string | undefined): readonly string[] {
  return field === undefined || field.trim() === '' ? [] : field.trim().split(/\s*,\s*/);
}

/**
 * The kernel package that a metapackage such as `linux-image-amd64` stands for: of its dependencies the
 * one named `linux-image-<release>`. A package that depends on none such is itself a kernel.
 */
export function kernelPackageOf(meta: PackageRecord): string {
  for (const dependency of meta.depends) {
    const name = /^(linux-image-\d\S*)/.exec(dependency)?.[1];
    if (name !== undefined) return name;
  }
  return meta.name;
}
