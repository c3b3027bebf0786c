import { expect, test } from 'vitest';
import { requirePrograms } from './required-programs.ts';

const holding =
	(...paths: string[]) =>
	(path: string): Promise<boolean> =>
		Promise.resolve(paths.includes(path));

test('an image with sshd, udevd and udevadm in any of their places is fine', async () => {
	await expect(
		requirePrograms('The tarball x', holding('usr/sbin/sshd', 'sbin/udevd', 'bin/udevadm')),
	).resolves.toBeUndefined();
});

test('what an image lacks is named', async () => {
	await expect(requirePrograms('The tarball x', holding('usr/bin/udevadm'))).rejects.toThrow(
		'The tarball x has no sshd and no udevd, which a guest needs.',
	);
});
