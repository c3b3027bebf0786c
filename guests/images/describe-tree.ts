import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/**
 * What git calls a folder that is a checkout of its own, `v2026.03.20-4-g1a2b3c4`, with `-dirty` where files were
 * changed; `undefined` for any other. Rejects with nothing.
 */
export async function describeTree(dir: string): Promise<string | undefined> {
	// One below a checkout of something else is none of that.
	if (!existsSync(join(dir, '.git'))) return undefined;
	// The tree may belong to whoever built it; nothing of its configuration is run by this.
	const { stdout, failed } = await execa(
		'git',
		['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-C', dir, 'describe', '--tags', '--always', '--dirty'],
		{ reject: false, stdin: 'ignore', timeout: 10_000, env: { GIT_OPTIONAL_LOCKS: '0' } },
	);
	return failed || stdout === '' ? undefined : stdout.trim();
}
