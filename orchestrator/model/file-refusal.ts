import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { type OwnFolder, ownFolders } from './own-folders.ts';

/** An error of a call to the file system, as Node throws it. */
type FileError = Error & { readonly code: string; readonly path?: string };

/** What the file system means by a refusal, see errno(3); those that no folder of the rig's is to blame for are left out. */
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
  EOPNOTSUPP: () => 'that file system keeps no files',
  EINVAL: () => 'that file system keeps no files',
  EFBIG: () => 'the file would be larger than that file system, or the limit of this user, allows',
};
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space there, or',
  EDQUOT: 'free some space there, or',
  EMFILE: 'raise the limit (ulimit -n), or',
  ENFILE: 'end other programs, or',
};

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

/** What a file system's error means for the rig's own folders (cache, runs, temporary files); `undefined` for any other error. */
export function findRefusal(error: unknown, folders: readonly OwnFolder[] = ownFolders()): Refusal | undefined {
  if (!isFileError(error)) return undefined;
  const folder = error.path === undefined ? folders.find(({ path }) => isFull(path)) : findFolder(error.path, folders);
  const reason = folder && describeRefusal(error, folder.path);
  if (!folder || reason === undefined) return undefined;
  const { code, path = folder.path } = error;
  return {
    message: `${folder.name}, ${folder.path}, cannot be used: ${path === folder.path || reason.startsWith('/') ? '' : `${path}: `}${reason}`,
    code: code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'unusable-folder',
    remedy: `${REMEDIES[code] ?? 'mend that, or'} let ${folder.variable} name another folder, which this user may write to`,
  };
}

/** The innermost own folder that a path lies in, or that lies below it: a folder is refused at the first part that has to be made. */
function findFolder(path: string, folders: readonly OwnFolder[]): OwnFolder | undefined {
  return folders.filter((own) => isWithin(path, own.path) || isWithin(own.path, path)).toSorted((a, b) => b.path.length - a.path.length)[0];
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
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
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
  if (above !== parent || statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true) return above;
  return path;
}
