/** `none`: the suite gets the bare device. */
export type FilesystemType = 'ext4' | 'xfs' | 'ext2' | 'none';
