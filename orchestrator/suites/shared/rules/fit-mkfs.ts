import type { FilesystemSpec } from '../../../model/matrix.ts';
import { fitFilesystem } from '../fit-filesystem.ts';
import type { MountedFilesystem } from '../mkfs-command.ts';
import type { SetUpContext } from '../set-up-step.ts';

/** A file system of a type as the guest's kernel can mount it with such options. Rejects with GuestDeath. */
export type FitMkfs = (type: 'ext4' | 'xfs', mountOptions: string) => Promise<MountedFilesystem>;

/** Asks the guest once for each type and options: image and kernel stay the same over all its boots. */
export function createFitMkfs(context: SetUpContext): FitMkfs {
  const fitted = new Map<string, Promise<MountedFilesystem>>();
  return async (type, mountOptions) => {
    const key = `${type} ${mountOptions}`;
    const known = fitted.get(key) ?? fit(context, { name: type, type, mountOptions, mkfsOptions: [] });
    fitted.set(key, known);
    return known;
  };
}

async function fit(context: SetUpContext, asked: FilesystemSpec): Promise<MountedFilesystem> {
  // It gives back the type that it got.
  return (await fitFilesystem(context, asked)).filesystem as MountedFilesystem;
}
