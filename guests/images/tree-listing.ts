import { realpath } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { UserError } from '../../orchestrator/model/errors.ts';
import { digestOf } from '../store/digest.ts';
import { tryTool, type ToolResult } from '../store/run-tool.ts';
import { inUserNamespace } from '../store/user-namespace.ts';

type Run = (argv: readonly [string, ...string[]]) => Promise<ToolResult>;

interface TreeListing {
	/**
	 * Changes with any name, kind, mode, owner, size, time or link in the tree: reading every file would take longer than
	 * a boot.
	 */
	readonly fingerprint: string;
	/** Paths relative to the tree, none through a link. */
	readonly paths: ReadonlySet<string>;
}

/**
 * Lists a root file system that may hold private folders of subordinate user ids, which only root of a user
 * namespace can enter. Rejects with UserError when part of it cannot be read even so.
 */
export async function listTree(
	tree: string,
	signal?: AbortSignal,
	run: Run = (argv) => tryTool(argv, { signal }),
): Promise<TreeListing> {
	const listed = await run(
		inUserNamespace(['find', await realpath(tree), '-printf', String.raw`%P\t%y %m %U %G %s %T@ %l\0`]),
	);
	if (!listed.ok) throw unreadable(tree, listed.output);
	const entries = listed.stdout.split('\0').filter(Boolean).toSorted();
	return {
		fingerprint: digestOf(entries),
		paths: new Set(entries.map((entry) => entry.slice(0, entry.lastIndexOf('\t')))),
	};
}

function unreadable(tree: string, output: string): UserError {
	const words = output.split(/[\0\n]/).filter((line) => line.startsWith('find: ') || line.startsWith('unshare: '));
	return new UserError(
		`The root file system ${tree} cannot be read whole by ${userInfo().username}:\n  ${words.slice(-4).join('\n  ')}`,
		{
			code: 'unreadable-image',
			remedy:
				'let it belong to this user and the subordinate ids of /etc/subuid, run as root, ' +
				'or pack it as root and give it as `tarball:`.',
		},
	);
}
