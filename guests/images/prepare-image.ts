import type { ImageSpec } from '../../orchestrator/model/matrix.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { prepareDebianImage } from './debian-image.ts';
import { prepareGivenDisk } from './given-disk.ts';
import { prepareGivenRoot } from './given-root.ts';
import type { PreparedImage } from './prepared-image.ts';

export type { PreparedImage };

/**
 * Makes a root file system of the matrix ready to boot. Rejects with UserError when what the user named does not exist
 * or lacks sshd or udevd. Rejects with InfraError when the host or network cannot provide it.
 */
export function prepareImage(spec: ImageSpec, context: PrepareContext): Promise<PreparedImage> {
	if (spec.kind === 'debian') return prepareDebianImage(spec, context);
	return spec.kind === 'disk' ? prepareGivenDisk(spec, context) : prepareGivenRoot(spec, context);
}
