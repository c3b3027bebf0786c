/** A root file system ready to boot: a disk that is not changed any more. */
export interface PreparedImage {
	/** As the matrix calls it. */
	readonly name: string;
	/** Raw ext4, to be attached read-only with the serial number `pmemrig-root`. */
	readonly disk: string;
	/** What is in it: `Debian bookworm: fio 3.33-3, ndctl 76-1`. */
	readonly description: string;
	/** Changes whenever the disk's content may. */
	readonly digest: string;
	/** For the run's record: what the user should know of how it was got. */
	readonly notes: readonly string[];
}
