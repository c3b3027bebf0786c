import { open } from 'node:fs/promises';
import { UserError } from '../../orchestrator/model/errors.ts';
import type { ImageSpec } from '../../orchestrator/model/matrix.ts';
import { digestFile } from '../store/digest.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { tryTool } from '../store/run-tool.ts';
import type { PreparedImage } from './prepared-image.ts';
import { requirePrograms } from './required-programs.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

type GivenDiskSpec = Extract<ImageSpec, { kind: 'tree' | 'tarball' | 'disk' }>;

/** Little-endian 0xEF53 at byte 56 of the superblock, which lies at 1024 (ext4 on-disk layout, "s_magic"). */
const MAGIC_AT = 1024 + 56;
const EXT_MAGIC = 0xef53;

/** Uses a raw ext4 image as it is, after a look into it. Guests mount it read-only. */
export async function prepareGivenDisk(spec: GivenDiskSpec, context: PrepareContext): Promise<PreparedImage> {
	if (!(await isExt4(spec.path))) {
		throw new UserError(`${spec.path} is not an ext4 image.`, {
			code: 'not-ext4',
			remedy: 'give a raw image of the file system alone: no partition table, no qcow2 (`qemu-img convert -O raw`).',
		});
	}
	await requirePrograms(`The disk ${spec.path}`, async (path) => {
		const { output } = await tryTool(['debugfs', '-R', `stat /${path}`, spec.path], { signal: context.signal });
		return output.includes('Inode:');
	});
	const digest = await digestFile(spec.path, context.cacheDir);
	return { name: spec.name, disk: spec.path, description: `disk ${spec.path}`, digest, notes: [] };
}

async function isExt4(path: string): Promise<boolean> {
	try {
		await using file = await open(path);
		const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, MAGIC_AT);
		return bytesRead === 2 && buffer.readUInt16LE() === EXT_MAGIC;
	} catch (error) {
		throw new UserError(`The disk ${path} cannot be read: ${messageOf(error)}`, {
			code: 'unreadable-image',
		});
	}
}
