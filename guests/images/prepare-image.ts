import type { ImageSpec } from '../../orchestrator/model/matrix.ts';
import type { PrepareContext } from '../store/prepare-context.ts';
import { prepareDebianImage } from './debian-image.ts';
import { prepareGivenDisk } from './given-disk.ts';
import { prepareGivenRoot } from './given-root.ts';
import type { PreparedImage } from './prepared-image.ts';

export type { PreparedImage };

/**
 * Makes a root file system of the matrix ready to boot. Rejects with UserError when what the user named does
 * not exist or lacks sshd or udevd, and with InfraError when the host or network cannot provide it.
 */
export async function prepareImage(spec: ImageSpec, context: PrepareContext): Promise<PreparedImage> {
  switch (spec.kind) {
    case 'debian':
      return await prepareDebianImage(spec, context);
    case 'tree':
    case 'tarball':
      return await prepareGivenRoot(spec, context);
    case 'disk':
      return await prepareGivenDisk(spec, context);
  }
}
