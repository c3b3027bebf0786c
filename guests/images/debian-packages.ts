/** What the rig itself needs in every Debian image; keep it lean, each costs build time and disk. */
export const RIG_PACKAGES: readonly string[] = [
	// Guest init and control.
	'openssh-server',
	'udev',
	'kmod',
	'iproute2',
	'procps',
	'util-linux',
	'mount',
	// Persistent memory, file systems and their checks (xfs_io reads STATX_ATTR_DAX).
	'ndctl',
	'daxctl',
	'e2fsprogs',
	'xfsprogs',
	'erofs-utils',
	// Load; where Debian has libpmem, fio depends on it.
	'fio',
	// Device mapper over persistent memory.
	'dmsetup',
];

/** Left out of the image: they are not read in a guest. */
export const EXCLUDED_PATHS: readonly string[] = [
	'/usr/share/doc/*',
	'/usr/share/info/*',
	'/usr/share/lintian/*',
	'/usr/share/locale/*',
	'/usr/share/man/*',
	'/usr/share/zoneinfo/*',
];

/** Package → exact version, from `dpkg-query -W -f '${Package} ${Version}\n'`. */
export function parsePackageVersions(text: string): Map<string, string> {
	const words = text.split('\n').map((line) => line.trim().split(' '));
	return new Map(
		words.flatMap(([name, version]): [string, string][] =>
			name !== undefined && version !== undefined ? [[name, version]] : [],
		),
	);
}
