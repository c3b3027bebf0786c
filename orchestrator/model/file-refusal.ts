import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { type OwnFolder, ownFolders } from './own-folders.ts';

/**
 * An error of a call to the file system, as Node throws it. A program that cannot be started is none, though its error
 * looks alike.
 */
type FileError = Error & { readonly code: string; readonly syscall: string; readonly path?: string };

/**
 * What the file system means by a refusal, see errno(3); those that no folder of the rig's is to blame for are left
 * out.
 */
const REASONS: Readonly<Record<string, (path: string) => string>> = {
  EACCES: () => 'permission denied',
  EPERM: () => 'the file system does not permit it',
  EROFS: () => 'the file system is read-only',
  ENOSPC: sayNoRoom,
  EDQUOT: () => "this user's quota of disk space is used up",
  ENOTDIR: (path) => `${firstFile(path)} is a file, not a folder`,
  EEXIST: (path) => `${firstFile(path)} is a file, not a folder`,
  ENOENT: (path) => (keepsNoFiles(path) ? 'that file system keeps no files' : `${firstMissing(path)} does not exist`),
  EIO: () => 'the disk reports an input/output error',
  ESTALE: () => 'the network file system has lost it',
  ELOOP: () => 'its symbolic links lead in a circle',
  ENAMETOOLONG: () => 'its path is too long',
  EMFILE: () => 'this process has too many open files',
  ENFILE: () => 'the host has too many open files',
  EOPNOTSUPP: (path) =>
    keepsNoFiles(path) ? 'that file system keeps no files' : 'the file system does not support it',
  EINVAL: (path) =>
    keepsNoFiles(path) ? 'that file system keeps no files' : 'the file system does not take such a file',
  EFBIG: () => 'the file would be larger than that file system, or the limit of this user, allows',
};
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space there, or',
  EDQUOT: 'free some space there, or',
  EMFILE: 'raise the limit (ulimit -n), or',
  ENFILE: 'end other programs, or',
};

/** All that the rig makes in $TMPDIR has such a name. */
const OWN_PREFIX = 'pmemrig-';

/** A clause on why the file system refused something below `path`; `undefined` for an error of another kind. */
export function describeRefusal(error: unknown, path = ''): string | undefined {
  return isFileError(error) ? REASONS[error.code]?.(error.path ?? path) : undefined;
}

/** One of the rig's own folders cannot be used: which and why, and the variable that moves it. */
interface Refusal {
  readonly message: string;
  readonly code: 'disk-full' | 'unusable-folder';
  readonly remedy: string;
}

/**
 * What a file system's error means for the rig's own folders (cache, runs, temporary files); `undefined` for any other
 * error.
 */
export function findRefusal(error: unknown, folders: readonly OwnFolder[] = ownFolders()): Refusal | undefined {
  if (!isFileError(error)) return undefined;
  const folder = findFolder(error, folders);
  const reason = folder && describeRefusal(error, folder.path);
  if (!folder || reason === undefined) return undefined;
  const { code, path = folder.path } = error;
  return {
    message:
      `${folder.name}, ${folder.path}, cannot be used: ` +
      `${path === folder.path || reason.startsWith('/') ? '' : `${path}: `}${reason}`,
    code: code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'unusable-folder',
    remedy:
      `${REMEDIES[code] ?? 'mend that, or'} let ${folder.variable} name another folder, ` +
      'which this user may write to',
  };
}

/** The own folder that an error speaks of: the innermost one if they lie in each other. */
function findFolder(error: FileError, folders: readonly OwnFolder[]): OwnFolder | undefined {
  const { code, path } = error;
  if (path === undefined)
    return code === 'ENOSPC' || code === 'EDQUOT' ? folders.find((own) => isFull(own.path)) : undefined;
  const folder = folders.filter((own) => isOwnPath(path, own)).toSorted((a, b) => b.path.length - a.path.length)[0];
  return folder && isCause(folder, error, path) ? folder : undefined;
}

/**
 * Anybody's files lie in $TMPDIR. Of the others also the folders above: a folder is refused at the first part that has
 * to be made.
 */
function isOwnPath(path: string, own: OwnFolder): boolean {
  if (own.variable === 'TMPDIR') return isWithin(path, own.path) && relative(own.path, path).startsWith(OWN_PREFIX);
  return isWithin(path, own.path) || isWithin(own.path, path);
}

/** A file that is missing from a folder, or in the way there, does not make the folder unusable. */
function isCause(own: OwnFolder, { code, syscall }: FileError, path: string): boolean {
  if (code === 'ENOENT') return !isDir(own.path) || keepsNoFiles(own.path);
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return !isDir(own.path) || (syscall === 'mkdir' && !isDir(firstFile(path)));
  return true;
}

/** A write that fails names no file. */
function isFull(path: string): boolean {
  try {
    const { bavail, bsize, blocks } = statfsSync(nearest(path));
    return blocks > 0 && bavail * bsize < 2 ** 20;
  } catch {
    return false;
  }
}

function isFileError(error: unknown): error is FileError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'syscall' in error &&
    typeof error.syscall === 'string' &&
    !error.syscall.startsWith('spawn')
  );
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** ENOSPC is what a file system says that is out of bytes, or of room for more files. */
function sayNoRoom(path: string): string {
  try {
    const { bavail, bsize, ffree, files } = statfsSync(nearest(path));
    if (files > 0 && ffree === 0) return 'the disk has no room for another file (0 inodes free)';
    const free = Math.floor((bavail * bsize) / 2 ** 20);
    return free < 1 ? 'the disk is full (0 MiB free)' : `the disk has no room for it (${free} MiB free)`;
  } catch {
    return 'the disk is full';
  }
}

/** As /proc and /sys, which have no blocks. */
function keepsNoFiles(path: string): boolean {
  try {
    return statfsSync(nearest(path)).blocks === 0;
  } catch {
    return false;
  }
}

function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

function firstMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? path : firstMissing(parent);
}

/** The part of a path that should be a folder and is not. */
function firstFile(path: string): string {
  const parent = dirname(path);
  const above = parent === path ? path : firstFile(parent);
  return above !== parent || !isDir(parent) ? above : path;
}

function isDir(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
