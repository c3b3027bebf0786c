import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../orchestrator/model/errors.ts';

/** What guest-init starts; any of the paths will do. Keep in step with `guest-init`. */
const REQUIRED_PROGRAMS = [
	{ name: 'sshd', paths: ['usr/sbin/sshd', 'sbin/sshd', 'usr/bin/sshd'] },
	{
		name: 'udevd',
		paths: ['usr/lib/systemd/systemd-udevd', 'lib/systemd/systemd-udevd', 'usr/sbin/udevd', 'sbin/udevd'],
	},
	{ name: 'udevadm', paths: ['usr/bin/udevadm', 'bin/udevadm', 'usr/sbin/udevadm', 'sbin/udevadm'] },
] as const;

/** Rejects with UserError that names each program which a root file system given by the user lacks. */
export async function requirePrograms(what: string, has: (path: string) => Promise<boolean>): Promise<void> {
	const missing: string[] = [];
	for (const { name, paths } of REQUIRED_PROGRAMS) {
		const found = await Promise.all(paths.map(has));
		if (!found.includes(true)) missing.push(name);
	}
	if (missing.length === 0) return;
	throw new UserError(`${what} has no ${missing.join(' and no ')}, which a guest needs.`, {
		code: 'image-lacks-program',
		remedy: 'install openssh-server and udev in it (their Debian names).',
	});
}

/** True if the path exists below a folder. Links are not followed: they are meant for the guest. */
export function inFolder(root: string): (path: string) => Promise<boolean> {
	return (path) =>
		lstat(join(root, path)).then(
			() => true,
			() => false,
		);
}
