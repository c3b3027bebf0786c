import { copyFile, appendFile } from 'node:fs/promises';
import { writeNewc } from '../store/newc.ts';

/** A file that one guest gets over its root file system. */
export interface GuestFile {
	/** Without a leading slash: `etc/ssh/ssh_host_ed25519_key`. */
	readonly path: string;
	readonly mode: number;
	readonly content: string | Uint8Array;
}

/**
 * Writes one guest's initrd: the kernel's initramfs with a small archive appended that carries the guest's
 * own files. The initramfs copies them over the root file system before anything in it runs.
 */
export async function writeGuestInitrd(options: {
	readonly base: string;
	readonly out: string;
	readonly files: readonly GuestFile[];
}): Promise<void> {
	const entries = options.files.map(({ path, mode, content }) => ({
		type: 'file' as const,
		path: `inject/${path}`,
		mode,
		content: Buffer.from(content),
	}));
	// The kernel wants an archive to start on four bytes; a base of ours ends on 512.
	await copyFile(options.base, options.out);
	await appendFile(options.out, writeNewc(entries));
}
