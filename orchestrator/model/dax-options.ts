import type { FilesystemSpec } from './matrix.ts';

type Mount = Pick<FilesystemSpec, 'mountOptions'>;

/** Whether the mount options ask for DAX; `dax=inode` asks for it file by file. */
export function asksDax(mount: Mount): boolean {
  return needsDax(mount) || optionsOf(mount).includes('dax=inode');
}

/**
 * Whether the mount fails, or must be taken for failed, on a device without DAX; `dax=inode` and `dax=never` mount on
 * any.
 */
export function needsDax(mount: Mount): boolean {
  return optionsOf(mount).some((option) => option === 'dax' || option === 'dax=always');
}

function optionsOf({ mountOptions }: Mount): readonly string[] {
  return mountOptions.split(',');
}
