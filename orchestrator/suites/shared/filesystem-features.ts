/** A feature of a file system that a kernel refuses to mount, or to write, if it does not know it. */
export interface FilesystemFeature {
  readonly name: string;
  /** The words by which mkfs leaves it out. */
  readonly without: readonly string[];
  /** The first Linux release that mounts it, as `[6, 10]`. */
  readonly since: readonly [number, number];
}

/**
 * What mkfs.xfs makes or has made by default. Releases by the bits XFS_SB_FEAT_* of fs/xfs/libxfs/xfs_format.h that
 * came with them; which of them xfsprogs turned on when, /usr/share/xfsprogs/mkfs/lts_*.conf shows.
 */
export const XFS_FEATURES: readonly FilesystemFeature[] = [
  { name: 'metadir', without: ['-m', 'metadir=0'], since: [6, 13] },
  // Both are on by default in mkfs.xfs 7.2; lts_6.18.conf was the first to have them.
  { name: 'exchange', without: ['-i', 'exchange=0'], since: [6, 10] },
  { name: 'parent', without: ['-n', 'parent=0'], since: [6, 10] },
  { name: 'nrext64', without: ['-i', 'nrext64=0'], since: [5, 19] },
  { name: 'bigtime', without: ['-m', 'bigtime=0'], since: [5, 10] },
  { name: 'inobtcount', without: ['-m', 'inobtcount=0'], since: [5, 10] },
  { name: 'reflink', without: ['-m', 'reflink=0'], since: [4, 9] },
  { name: 'rmapbt', without: ['-m', 'rmapbt=0'], since: [4, 8] },
  { name: 'sparse', without: ['-i', 'sparse=0'], since: [4, 2] },
];

/** Before Linux 6.0 XFS refuses to mount with DAX what has reflink. */
export const XFS_DAX_FEATURES: readonly FilesystemFeature[] = [
  { name: 'reflink', without: ['-m', 'reflink=0'], since: [6, 0] },
];

/**
 * What `/etc/mke2fs.conf` may turn on: upstream does since e2fsprogs 1.47.0, Debian since trixie. Releases by
 * EXT4_FEATURE_* of fs/ext4/ext4.h.
 */
export const EXT4_FEATURES: readonly FilesystemFeature[] = [
  { name: 'orphan_file', without: ['-O', '^orphan_file'], since: [5, 15] },
  { name: 'metadata_csum_seed', without: ['-O', '^metadata_csum_seed'], since: [4, 4] },
];

/** Those that a kernel of a release, as `uname -r` says it, does not know; none for a release that cannot be read. */
export function unknownFeatures(
  features: readonly FilesystemFeature[],
  kernelRelease: string,
): readonly FilesystemFeature[] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernelRelease) ?? [];
  if (major === undefined || minor === undefined) return [];
  return features.filter(
    ({ since }) => Number(major) < since[0] || (Number(major) === since[0] && Number(minor) < since[1]),
  );
}
