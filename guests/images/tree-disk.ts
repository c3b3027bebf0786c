import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../orchestrator/model/errors.ts';
import { digestFile, digestOf, shortDigest } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { tryTool } from '../store/run-tool.ts';
import { getOrCreate } from '../store/store.ts';
import { inUserNamespace } from '../store/user-namespace.ts';
import { describeTree } from './describe-tree.ts';
import { createExt4Image } from '../store/ext4-image.ts';
import { tarArguments } from './given-root.ts';
import { listTree } from './tree-listing.ts';
import { indentLastLines } from '../../orchestrator/model/last-lines.ts';

/** Raise it when a disk would come out different from the same tree. */
const RECIPE_VERSION = 1;

/** A folder of programs as a disk that guests mount read-only. */
export interface TreeDisk {
	readonly disk: string;
	readonly description: string;
	readonly digest: string;
	readonly notes: readonly string[];
}

/**
 * Makes a disk of a folder or tarball of the host, once for each state of it. Of a tarball that holds one folder alone,
 * that folder is the top. Rejects with UserError for what cannot be read or unpacked, and with InfraError.
 */
export async function prepareTreeDisk(path: string, context: PrepareContext): Promise<TreeDisk> {
	const isFolder = statSync(path).isDirectory();
	const content = isFolder
		? (await listTree(path, context.signal)).fingerprint
		: await digestFile(path, context.cacheDir);
	const digest = digestOf(RECIPE_VERSION, content);
	const build = async (dir: string): Promise<void> => {
		context.log(`making a disk of ${path}`);
		const unpacked = join(dir, 'tree');
		if (!isFolder) await unpack(path, unpacked, context);
		const from = isFolder ? await realpath(path) : topOf(unpacked);
		await createExt4Image({ from, to: join(dir, 'tree.ext4'), label: 'pmemrig-tree', inNamespace: true }, context);
		if (!isFolder) await removeTree(unpacked);
	};
	const entry = await getOrCreate(
		{ kind: 'trees', key: `tree-${shortDigest(digest)}`, holds: () => ['tree.ext4'], build },
		context,
	);
	const version = isFolder ? await describeTree(await realpath(path)) : undefined;
	return {
		disk: join(entry, 'tree.ext4'),
		description: `${path}${version === undefined ? '' : ` ${version}`} (${shortDigest(digest)})`,
		digest,
		notes: [],
	};
}

async function unpack(tarball: string, to: string, { signal }: PrepareContext): Promise<void> {
	await mkdir(to);
	const result = await tryTool(inUserNamespace(tarArguments(tarball, to)), { signal });
	if (!result.ok)
		throw new UserError(`${tarball} could not be unpacked:${indentLastLines(result.output, 4)}`, {
			code: 'bad-tarball',
			remedy: 'give a tar archive in a compression that the tar of this host knows.',
		});
}

function topOf(dir: string): string {
	const [only, ...others] = readdirSync(dir);
	const inner = only === undefined ? dir : join(dir, only);
	return others.length === 0 && existsSync(inner) && statSync(inner).isDirectory() ? inner : dir;
}
