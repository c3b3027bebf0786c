import type { FilesystemSpec } from '../../model/matrix.ts';

/** A file system to be made; `none` is no such thing. */
export type MountedFilesystem = FilesystemSpec & { readonly type: Exclude<FilesystemSpec['type'], 'none'> };

export function isMounted(filesystem: FilesystemSpec): filesystem is MountedFilesystem {
  return filesystem.type !== 'none';
}

/** The words that make the file system on `device`. Which features its kernel knows is `fitFilesystem`'s. */
export function mkfsCommand(filesystem: MountedFilesystem, device: string): readonly string[] {
  switch (filesystem.type) {
    case 'ext2':
    case 'ext4':
      // Blocks of a page, which DAX wants; no lazy initialisation, whose kernel thread would write during the tests.
      return [
        `mkfs.${filesystem.type}`,
        '-q',
        '-F',
        '-b',
        '4096',
        '-E',
        'lazy_itable_init=0,lazy_journal_init=0',
        ...filesystem.mkfsOptions,
        device,
      ];
    case 'xfs':
      return ['mkfs.xfs', '-q', '-f', ...filesystem.mkfsOptions, device];
    default:
      return filesystem.type satisfies never;
  }
}

/** The options of {@link mkfsCommand} that matter to whoever makes such file systems of its own accord. */
export function mkfsOptions(filesystem: MountedFilesystem): readonly string[] {
  return [...(filesystem.type === 'xfs' ? [] : ['-b', '4096']), ...filesystem.mkfsOptions];
}
