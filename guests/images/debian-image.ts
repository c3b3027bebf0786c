import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../orchestrator/model/errors.ts';
import type { ImageSpec } from '../../orchestrator/model/matrix.ts';
import { digestOf, shortDigest } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { removeTree } from '../store/remove-tree.ts';
import { runTool, toolFailedError } from '../store/run-tool.ts';
import { getOrCreate } from '../store/store.ts';
import { makeDebianRoot } from '../apt/debian-root.ts';
import { EXCLUDED_PATHS, parsePackageVersions, RIG_PACKAGES } from './debian-packages.ts';
import { createExt4Image } from '../store/ext4-image.ts';
import { packagesOf } from './package-sets.ts';
import { inFolder, requirePrograms } from './required-programs.ts';
import type { PreparedImage } from './prepared-image.ts';

type DebianImageSpec = Extract<ImageSpec, { kind: 'debian' }>;

/** Raise it when the build below changes in a way that its data does not show. */
const RECIPE_VERSION = 1;
/** Whose versions a reader of results wants to see. */
const SHOWN_PACKAGES = ['fio', 'ndctl', 'xfsprogs', 'e2fsprogs', 'openssh-server'];

/**
 * Builds a Debian root file system with the rig's packages and the spec's. The key is the recipe, not the
 * mirror, so a cached image needs no network; `packages.txt` beside the disk lists exact versions.
 */
export async function prepareDebianImage(spec: DebianImageSpec, context: PrepareContext): Promise<PreparedImage> {
	const sets = (spec.sets ?? []).flatMap((set) => packagesOf(set, spec.release));
	const packages = [...new Set([...RIG_PACKAGES, ...sets, ...spec.packages])].toSorted();
	const digest = digestOf(RECIPE_VERSION, spec.release, packages, EXCLUDED_PATHS);
	const build = (dir: string): Promise<void> => buildImage(spec, packages, dir, context);
	const entry = await getOrCreate(
		{
			kind: 'images',
			key: `debian-${spec.release}-${shortDigest(digest)}`,
			holds: () => ['root.ext4', 'packages.txt'],
			build,
		},
		context,
	);

	const list = await readFile(join(entry, 'packages.txt'), 'utf8');
	const versions = parsePackageVersions(list);
	const shown = SHOWN_PACKAGES.flatMap((name) => (versions.has(name) ? [`${name} ${versions.get(name)}`] : []));
	const description = `Debian ${spec.release}: ${shown.join(', ')}`;
	// One recipe built on two days holds different versions: the digest names what is really in it.
	return { name: spec.name, disk: join(entry, 'root.ext4'), description, digest: digestOf(digest, list), notes: [] };
}

async function buildImage(
	spec: DebianImageSpec,
	packages: readonly string[],
	dir: string,
	context: PrepareContext,
): Promise<void> {
	const { log, signal } = context;
	const root = join(dir, 'root');
	log(`building the image ${spec.name} (Debian ${spec.release}, ${packages.length} packages and what they need)`);
	await makeDebianRoot(
		{
			release: spec.release,
			packages,
			to: root,
			options: [
				...EXCLUDED_PATHS.map((path) => `--dpkgopt=path-exclude=${path}`),
				// What this host's network looks like is no part of an image.
				'--customize-hook=rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/apt/sources.list "$1"/etc/resolv.conf "$1"/etc/hostname "$1"/etc/ssh/ssh_host_*',
			],
			dir,
			explain: (argv, output) => explainFailure(spec, argv, output),
		},
		context,
	);

	await requirePrograms(`The Debian image ${spec.name}`, inFolder(root));
	const query = [
		'dpkg-query',
		`--admindir=${root}/var/lib/dpkg`,
		'--show',
		'--showformat',
		'${Package} ${Version}\\n',
	] as const;
	await writeFile(join(dir, 'packages.txt'), `${await runTool(query, { signal })}\n`);
	await createExt4Image({ from: root, to: join(dir, 'root.ext4'), label: 'pmemrig-root', inNamespace: true }, context);
	await removeTree(root);
}

function explainFailure(spec: DebianImageSpec, argv: readonly [string, ...string[]], output: string): Error {
	const unknown = [
		...output.matchAll(/Unable to locate package (\S+)|Package (\S+) has no installation candidate/g),
	].map((match) => match[1] ?? match[2]);
	if (unknown.length === 0) return toolFailedError(argv, output);
	return new UserError(
		`The image ${spec.name} asks for ${unknown.join(', ')}, which Debian ${spec.release} does not have.`,
		{
			code: 'unknown-debian-package',
			remedy: `look the name up on packages.debian.org, suite ${spec.release}.`,
		},
	);
}
