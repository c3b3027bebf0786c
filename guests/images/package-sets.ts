import type { PackageSet } from '../../orchestrator/model/matrix.ts';

/**
 * What xfstests' tests call and its binaries are linked with. These are the packages that its README lists for running,
 * by the names they have in all releases.
 */
const XFSTESTS: readonly string[] = [
	'acct',
	'acl',
	'attr',
	'bc',
	'bsdextrautils',
	'btrfs-progs',
	'dbench',
	'dump',
	'duperemove',
	'file',
	'fsverity',
	'gawk',
	'hostname',
	'indent',
	'jq',
	'keyutils',
	'libbtrfsutil1',
	'libcap2-bin',
	'liburing2',
	'lvm2',
	'lz4',
	'openssl',
	'parted',
	'perl',
	'psmisc',
	'python3',
	'quota',
	'sqlite3',
	'thin-provisioning-tools',
	'uuid-runtime',
	'xfsdump',
	'xxd',
	'xz-utils',
];
/** Renamed in trixie with the move to 64-bit time_t; here the names of the releases before it. */
const XFSTESTS_RENAMED: readonly string[] = ['libaio1', 'libgdbm-compat4'];
const BEFORE_TRIXIE = /^(bookworm|bullseye|buster)/;

const SETS: Readonly<Record<PackageSet, (release: string) => readonly string[]>> = {
	xfstests: (release) => [
		...XFSTESTS,
		...XFSTESTS_RENAMED.map((name) => (BEFORE_TRIXIE.test(release) ? name : `${name}t64`)),
	],
};

/** The packages of a set in a Debian release. */
export function packagesOf(set: PackageSet, release: string): readonly string[] {
	return SETS[set](release);
}
