import type { FilesystemSpec } from '../../model/matrix.ts';
import type { DaxMode } from '../../../matrices/suites/xfstests-list.ts';

/**
 * What the mount options ask for; `never` where they say nothing: a file system that is named without DAX is meant
 * without.
 */
export function daxModeOf({ mountOptions }: Pick<FilesystemSpec, 'mountOptions'>): DaxMode {
  const option = mountOptions.split(',').findLast((word) => /^dax(=|$)/.test(word));
  if (option === 'dax' || option === 'dax=always') return 'always';
  return option === 'dax=inode' ? 'inode' : 'never';
}

/**
 * The mount options for xfstests, never empty and with the DAX mode said in any case. What is left out, `check` takes
 * over from whatever came before. ext2 has no word for "no DAX", and its mounts are not DAX unless asked.
 */
export function explicitMountOptions(filesystem: Pick<FilesystemSpec, 'mountOptions' | 'type'>): string {
  const { mountOptions, type } = filesystem;
  const options = mountOptions === '' ? [] : mountOptions.split(',');
  const saysDax = options.some((word) => /^dax(=|$)/.test(word));
  return [
    // xfstests' own defaults for the ext family, which go away once options are given.
    ...(type === 'xfs' ? [] : ['acl', 'user_xattr'].filter((word) => !options.includes(word))),
    ...options,
    ...(saysDax || type === 'ext2' ? [] : ['dax=never']),
  ].join(',');
}
