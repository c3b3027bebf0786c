import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** PATH with the system folders at its end: a normal user's PATH on Debian lacks the homes of mke2fs and depmod. */
export function withSystemFolders(path: string | undefined): string {
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, ...SYSTEM_FOLDERS.filter((folder) => !folders.includes(folder))].join(delimiter);
}

/** The absolute path of the first executable of that name, as execvp would find it; `undefined` if there is none. */
export function findCommand(name: string, path: string | undefined = process.env['PATH']): string | undefined {
  if (isAbsolute(name)) return isExecutable(name) ? name : undefined;
  return withSystemFolders(path)
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
