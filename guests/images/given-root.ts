import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../orchestrator/model/errors.ts';
import type { ImageSpec } from '../../orchestrator/model/matrix.ts';
import { digestFile, digestOf, shortDigest } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { tryTool } from '../store/run-tool.ts';
import { getOrCreate } from '../store/store.ts';
import { inUserNamespace } from '../store/user-namespace.ts';
import { createExt4Image } from '../store/ext4-image.ts';
import type { PreparedImage } from './prepared-image.ts';
import { inFolder, requirePrograms } from './required-programs.ts';
import { requireSubordinateIds } from '../apt/subordinate-ids.ts';
import { listTree } from './tree-listing.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';
import { indentLastLines } from '../../orchestrator/model/last-lines.ts';

type GivenRootSpec = Extract<ImageSpec, { kind: 'tree' | 'tarball' | 'disk' }>;

/** Raise it when a disk would come out different from the same root file system. */
const RECIPE_VERSION = 2;

/** Makes a disk of a root file system that the user has as a folder or a tarball. */
export async function prepareGivenRoot(spec: GivenRootSpec, context: PrepareContext): Promise<PreparedImage> {
	const isTree = spec.kind === 'tree';
	await requireKind(spec.path, isTree);
	await requireSubordinateIds();
	const content = isTree ? await readTree(spec.path, context) : await digestFile(spec.path, context.cacheDir);
	const digest = digestOf(RECIPE_VERSION, spec.kind, content);

	const build = async (dir: string): Promise<void> => {
		context.log(`making a disk of ${spec.path}`);
		const from = isTree ? await realpath(spec.path) : await extract(spec.path, join(dir, 'root'), context);
		if (!isTree) await requirePrograms(`The tarball ${spec.path}`, inFolder(from));
		await createExt4Image({ from, to: join(dir, 'root.ext4'), label: 'pmemrig-root', inNamespace: true }, context);
		if (!isTree) await removeTree(from);
	};
	const entry = await getOrCreate(
		{ kind: 'images', key: `${spec.kind}-${shortDigest(digest)}`, holds: () => ['root.ext4'], build },
		context,
	);
	return {
		name: spec.name,
		disk: join(entry, 'root.ext4'),
		description: `${spec.kind} ${spec.path}`,
		digest,
		notes: [],
	};
}

async function requireKind(path: string, wantsFolder: boolean): Promise<void> {
	const found = await stat(path).catch((error: unknown) => {
		throw new UserError(`The root file system ${path} cannot be read: ${messageOf(error)}`, {
			code: 'unreadable-image',
		});
	});
	if (found.isDirectory() === wantsFolder) return;
	throw new UserError(`${path} is ${wantsFolder ? 'not a folder' : 'a folder'}.`, {
		code: 'image-kind',
		remedy: 'say `tree:` for a folder, `tarball:` for an archive, `disk:` for an ext4 image.',
	});
}

/** Fingerprint of a tree that has what a guest needs. */
async function readTree(tree: string, { signal }: PrepareContext): Promise<string> {
	const { fingerprint, paths } = await listTree(tree, signal);
	// A path through a link, such as sbin -> usr/sbin, is not among those listed.
	const isInFolder = inFolder(tree);
	await requirePrograms(`The root file system ${tree}`, async (path) => paths.has(path) || (await isInFolder(path)));
	return fingerprint;
}

/** For GNU tar. Device nodes cannot be made in a user namespace, and the guest's /dev is the kernel's own. */
export function tarArguments(tarball: string, to: string): [string, ...string[]] {
	// Excludes match after any slash unless anchored: usr/lib/x/dev/keep would go too.
	const withoutDevices = ['--anchored', '--exclude=./dev/*', '--exclude=dev/*', '--exclude=/dev/*'];
	const asStored = ['--extract', '--auto-compress', '--numeric-owner', '--same-permissions'];
	return ['tar', ...asStored, ...withoutDevices, '--file', tarball, '--directory', to];
}

async function extract(tarball: string, to: string, { signal }: PrepareContext): Promise<string> {
	await mkdir(to, { mode: 0o755 });
	const argv = inUserNamespace(tarArguments(tarball, to));
	const result = await tryTool(argv, { signal });
	if (result.ok) return to;
	throw new UserError(`${tarball} could not be unpacked:${indentLastLines(result.output, 4)}`, {
		code: 'bad-tarball',
		remedy: 'give a tar archive in a compression that the tar of this host knows.',
	});
}
